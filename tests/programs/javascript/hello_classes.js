class Animal {
  #secret = "hidden";
  static count = 0;

  constructor(name) {
    this.name = name;
    Animal.count++;
  }

  speak() {
    return `${this.name} makes a sound`;
  }

  get secretLength() {
    return this.#secret.length;
  }

  static compare(a, b) {
    return a.name.localeCompare(b.name);
  }
}

class Dog extends Animal {
  speak() {
    return `${super.speak()}: Woof!`;
  }

  toString() {
    return `Dog(${this.name})`;
  }
}

const animals = [new Dog("Rex"), new Animal("Cat"), new Dog("Ace")];
for (const animal of animals.sort(Animal.compare)) console.log(animal.speak());
console.log(`${animals[0]}`, animals[1], Animal.count, animals[0].secretLength);
console.log(animals[0] instanceof Animal, Object.getPrototypeOf(Dog) === Animal, typeof Dog);
try {
  Dog();
} catch (error) {
  console.log(error.name, "-", error.message);
}
