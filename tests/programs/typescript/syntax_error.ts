const broken: number = ;
console.log(broken);
