interface Item { name: string; price: number; count: number }

const cart: Item[] = [{ name: "pen", price: 1.2, count: 3 }, { name: "ink", price: 4, count: 1 }];
const total: number = cart.reduce((sum, item) => sum + item.price * item.count, 0);
console.log(`Total: ${total.toFixed(2)}`);
