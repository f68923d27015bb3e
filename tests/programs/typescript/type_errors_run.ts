const count: number = "not a number, and nobody checks";
console.log(count.toUpperCase());

type Task = { title: string; due?: Date };
function dueIn(task: Task): number {
  return task.due!.getTime();
}

dueIn({ title: "no date" });
