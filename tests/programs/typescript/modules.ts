import type { User, Role } from "./users.ts";
import { createUser, type Options, ROLES } from "./users.ts";
import * as path from "node:path";

const options: Options = { role: "admin" };
const users: User[] = [createUser("Ada", options), createUser("Bo")];
for (const user of users) console.log(user.name, user.role, user.created.getTime());
const roles: readonly Role[] = ROLES;
console.log(roles, path.basename(import.meta.filename), await Promise.resolve<string>("top-level await"));
export {};
