interface Shape {
  readonly kind: string;
  area(): number;
}

abstract class Base implements Shape {
  abstract readonly kind: string;
  abstract area(): number;
  protected label?: string;

  describe(this: Base): string {
    return `${this.label ?? this.kind}: ${this.area().toFixed(2)}`;
  }
}

class Circle extends Base {
  readonly kind = "circle" as const;
  private radius: number;

  constructor(radius: number) {
    super();
    this.radius = radius;
  }

  override area(): number {
    return Math.PI * this.radius ** 2;
  }
}

class Square extends Base {
  declare label: string;
  kind = "square";
  side: number = 3;

  area = (): number => this.side ** 2;
}

const shapes: Base[] = [new Circle(2), new Square()];
for (const shape of shapes) console.log(shape.describe());
const total: number = shapes.reduce<number>((sum: number, shape: Shape) => sum + shape.area(), 0);
console.log(total.toFixed(3), shapes[0]!.kind);
