namespace Shapes {
  export interface Shape { area(): number }
  export namespace Units {
    export const metre = 1;
  }
  export class Square implements Shape {
    constructor(private readonly side: number, public label = "square") {}
    area() {
      return this.side ** 2 * Units.metre;
    }
  }
}

namespace Shapes {
  export const count = 2;
}

import Units = Shapes.Units;
import fs = require("fs");

class Named extends Shapes.Square {
  constructor(side: number, override readonly label: string) {
    super(side, label);
  }
}

const square = new Named(3, "mine");
console.log(square.area(), square.label, Shapes.count, Units.metre, typeof fs.readFileSync);
console.log(<string>(<unknown>"asserted"));
