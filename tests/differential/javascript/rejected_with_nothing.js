console.log("before");
Promise.reject(undefined);
