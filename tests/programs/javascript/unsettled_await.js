console.log("waiting for what never comes");
export const nothing = await new Promise(() => {});
