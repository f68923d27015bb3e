//! The interface between this program and the Python inside, made from `guest/wit/world.wit`.

wasmtime::component::bindgen!({ path: "guest/wit", world: "program", imports: { default: trappable }, exports: { default: async } });
