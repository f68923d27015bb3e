//! What Tauri needs to know when it is built.

fn main() {
    tauri_build::build();
}
