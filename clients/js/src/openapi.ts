// Generated from the service's OpenAPI document by `npm run types`.
export interface paths {
    "/api/kernels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reserves a Jupyter kernel. Nothing is started: each block that is sent to it is a run of its own, and keeps no variables. */
        post: operations["jupyter_create_kernel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kernels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Gives up a Jupyter kernel. */
        delete: operations["jupyter_delete_kernel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kernels/{id}/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Upgrades to a Jupyter kernel's channels: `execute_request` is answered by `stream`, `display_data`, `error`, `execute_reply`
         *     and `status`. The token may be in the query, as `token`.
         */
        get: operations["jupyter_connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kernelspecs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Refuses to list Jupyter's kernels, until there are sessions. */
        get: operations["jupyter_list_kernelspecs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Upgrades to Piston's WebSocket: `init`, `data`, `signal` and, as an addition, `eof`; answered by `runtime`, `stage`, `data`,
         *     `exit` and `error`. It is also at `/api/v2/piston/connect`.
         */
        get: operations["piston_connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a program as Piston does. It is also at `/api/v2/piston/execute`. */
        post: operations["piston_execute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/runtimes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The languages that can run here, as Piston lists them. It is also at `/api/v2/piston/runtimes`. */
        get: operations["piston_runtimes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/contexts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Refuses to list the contexts of E2B. */
        get: operations["e2b_list_contexts"];
        put?: never;
        /** Refuses to create a context of E2B. */
        post: operations["e2b_create_context"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/contexts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Refuses to remove a context of E2B. */
        delete: operations["e2b_remove_context"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/contexts/{id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses to restart a context of E2B. */
        post: operations["e2b_restart_context"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs a program and answers with what it printed. A program that fails is still a 200; it was not run at all where the
         *     answer is an error. With `Accept: text/event-stream` the answer is a stream of the events `started`, `stdout`, `stderr`
         *     and `finished`. With `Accept: application/x-ndjson` or a header `E2b-Sandbox-Id` request and answer are those of E2B's code
         *     interpreter. Going away cancels the run.
         */
        post: operations["execute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/execute/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Upgrades to a WebSocket for an interactive program. The client's first message is `Run`; then it may send `Typed`,
         *     `SentSignal`, `Resize`, `{"type": "eof"}`, and binary frames, which are standard input as they are. The service sends
         *     `ServerMessage`s. One connection runs one program: after `finished` it is closed with 1000, with 1001 when the service
         *     stops, with 1008 when the program is not run, with 1009 after a message that is too large. Going away cancels the run.
         *     A page, which cannot send a header, offers the subprotocols `runtray` and `bearer.TOKEN` where a token is asked for.
         */
        get: operations["connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Executions, newest first, including running ones. */
        get: operations["list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every execution that is wanted, newest first, as a file. */
        get: operations["export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One execution with its code and output. */
        get: operations["one"];
        put?: never;
        post?: never;
        /** Cancels an execution that runs, or that waits until a person says whether it may use the network. */
        delete: operations["cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** That the service is there, and can start programs. Answers while every slot is busy. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/languages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every language, what runs it on this machine, and why nothing does where that is so. */
        get: operations["languages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The stream of the server's own messages, for clients with a session. */
        get: operations["mcp_get"];
        put?: never;
        /**
         * A message of an MCP client (streamable HTTP): JSON-RPC in, JSON or a stream of events out. The tools are `run_code` and
         *     `list_languages`. Closing the response of a call cancels its run.
         */
        post: operations["mcp_post"];
        /** Ends a session. */
        delete: operations["mcp_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures in the OpenMetrics text format. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proves that the service has the token, without sending it. Needs no token itself. */
        get: operations["prove"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the service is. */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description That a running execution was asked to end. */
        Cancelling: {
            /** @description Its id. */
            id: string;
            /**
             * @description Always `cancelling`: it has ended when it no longer is `running`.
             * @example cancelling
             */
            status: string;
        };
        /**
         * @description Why a request was not served.
         * @enum {string}
         */
        Code: "invalid_json" | "invalid_request" | "invalid_host" | "token_required" | "host_not_allowed" | "origin_not_allowed" | "cross_site" | "not_found" | "method_not_allowed" | "execution_finished" | "body_too_large" | "unsupported_media_type" | "unsupported_language" | "runtime_not_found" | "isolation_unavailable" | "too_many_executions" | "internal" | "shutting_down";
        /**
         * @description How a file's content is written.
         * @enum {string}
         */
        Encoding: "utf8" | "base64";
        /** @description How a program ended. */
        Ending: {
            /**
             * @description How its process tree was held together: `pid_namespace`, `user_namespace` or, as the fallback, `subreaper` on Linux,
             *     `job_object` on Windows, `process_group` on macOS, `container` for one; null for a run that was ended before it began.
             * @example user_namespace
             */
            containment?: string | null;
            /**
             * Format: double
             * @description CPU time of the whole process tree.
             */
            cpu_ms: number;
            /**
             * Format: double
             * @description Wall-clock time.
             */
            duration_ms: number;
            /** @description Whether `error` is not all that was printed. */
            error_truncated: boolean;
            /**
             * Format: int32
             * @description The exit code, when the program exited by itself.
             */
            exit_code?: number | null;
            /** @description The files that the run created or changed in its folder. */
            files: components["schemas"]["ResultFile"][];
            granted?: components["schemas"]["Granted"] | null;
            /**
             * @description The execution's id, a ULID.
             * @example 01JD8M3X4Y5Z6A7B8C9D0E1F2G
             */
            id: string;
            /** @description Fields of the request that Runtray does not have, such as `timeout`, and a version that is not here; left out if none. */
            ignored?: string[];
            /**
             * @description The isolation level that was used.
             * @example sandbox
             */
            isolation: string;
            /**
             * @description The language's name.
             * @example python
             */
            language: string;
            /** @description Whether `output` is not all that was printed. */
            output_truncated: boolean;
            /**
             * Format: int64
             * @description The most memory that the process tree held.
             */
            peak_memory_bytes: number;
            /**
             * @description The interpreter, for people.
             * @example CPython 3.13.1
             */
            runtime: string;
            /** @description The signal or Windows exception that ended it. */
            signal?: string | null;
            /** @description How. */
            status: components["schemas"]["Status"];
        };
        /** @description An error, readable for clients of the Flask service too. */
        ErrorBody: {
            /** @description The same for programs. */
            code: components["schemas"]["Code"];
            /** @description The error and its remedy, for people. */
            error: string;
            /**
             * @description Always empty: nothing was run.
             * @example
             */
            output: string;
            reason?: components["schemas"]["Words"] | null;
            /**
             * @description Always `rejected`.
             * @example rejected
             */
            status: string;
            /**
             * @description Always `false`.
             * @example false
             */
            success: boolean;
        };
        /** @description A program to run. `null` in an optional field is the same as leaving it out; unknown fields are ignored. */
        ExecuteRequest: {
            /** @description The program's arguments. */
            args?: string[] | null;
            /**
             * @description The program's text.
             * @example print('Hello')
             */
            code: string;
            code_encoding?: components["schemas"]["Encoding"] | null;
            /** @description Environment variables on top of the few that every run gets. */
            env?: {
                [key: string]: string;
            } | null;
            /** @description Files that are put into the run's folder. */
            files?: components["schemas"]["InputFile"][] | null;
            isolation?: components["schemas"]["Level"] | null;
            /**
             * @description A language's name or alias, letter case aside; `python` when left out.
             * @example python
             */
            language?: string | null;
            network?: components["schemas"]["Network"] | null;
            /** @description The program's standard input, followed by end-of-file; empty when left out. */
            stdin?: string | null;
            /**
             * Format: int64
             * @description Milliseconds of wall-clock time after which the run is ended; the settings hold the default and the maximum.
             * @example 10000
             */
            timeout_ms?: number | null;
        };
        /** @description A program's output and its end. */
        ExecuteResponse: components["schemas"]["Ending"] & {
            /** @description Standard error as UTF-8; its last line says what happened where the run was ended for it. */
            error: string;
            /** @description Standard output as UTF-8. */
            output: string;
            /** @description Whether `status` is `completed`. */
            success: boolean;
        };
        /** @description Everything about an execution: the answer of `GET /executions/{id}`, and a row of an export. */
        Execution: {
            /** @description The program. */
            code: string;
            /** @description Whether `code` is only the beginning. */
            code_truncated: boolean;
            /** @description How the process tree was held together (`subreaper` is the fallback of Linux), once it has ended. */
            containment?: string | null;
            /**
             * Format: double
             * @description CPU time of the whole process tree, once it has ended.
             */
            cpu_ms?: number | null;
            /**
             * Format: double
             * @description Wall-clock time, once it has ended.
             */
            duration_ms?: number | null;
            /** @description Standard error. */
            error: string;
            /** @description Whether `error` is not all that was printed. */
            error_truncated: boolean;
            /**
             * Format: int32
             * @description The exit code, when the program exited by itself.
             */
            exit_code?: number | null;
            given?: components["schemas"]["Given"] | null;
            /** @description Its id, a ULID. */
            id: string;
            /** @description The isolation level that was used, once it has ended. */
            isolation?: string | null;
            /** @description The language's name. */
            language: string;
            /** @description Whether it had a network, once it has ended; null for entries of older versions. */
            network?: boolean | null;
            /** @description The web origin that asked, or `local`. */
            origin: string;
            /** @description Standard output. */
            output: string;
            /** @description Whether `output` is not all that was printed. */
            output_truncated: boolean;
            /**
             * Format: int64
             * @description The most memory that the process tree held, once it has ended.
             */
            peak_memory_bytes?: number | null;
            /** @description The interpreter, for people. */
            runtime: string;
            /** @description The signal or Windows exception that ended it. */
            signal?: string | null;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /** @description A result's status, `running`, or `lost` when the service was gone before the end. */
            status: string;
        };
        /** @description An execution as a row of a list. */
        ExecutionSummary: {
            /**
             * Format: double
             * @description Wall-clock time, once it has ended.
             */
            duration_ms?: number | null;
            /**
             * Format: int32
             * @description The exit code, when the program exited by itself.
             */
            exit_code?: number | null;
            /** @description The first line of the program that is not blank. */
            first_line: string;
            /** @description Its id, a ULID. */
            id: string;
            /** @description The isolation level that was used, once it has ended. */
            isolation?: string | null;
            /** @description The language's name. */
            language: string;
            /** @description The web origin that asked, or `local`. */
            origin: string;
            /** @description The interpreter, for people. */
            runtime: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /** @description A result's status, `running`, or `lost` when the service was gone before the end. */
            status: string;
        };
        /** @description Executions, newest first. */
        ExecutionsPage: {
            /** @description The executions. */
            items: components["schemas"]["ExecutionSummary"][];
            /** @description The value of `before` for the next page; `null` on the last one. */
            next?: string | null;
        };
        /** @description The last event of a stream: the answer without the output. */
        Finished: components["schemas"]["Ending"] & {
            /** @description Whether `status` is `completed`. */
            success: boolean;
        };
        /** @description A program's input. `missing` names the parts that were not stored. */
        Given: {
            /**
             * @description Its arguments.
             * @default []
             */
            args: string[];
            /**
             * @description Its own environment variables.
             * @default []
             */
            env: components["schemas"]["GivenVariable"][];
            /**
             * @description The files that were put into its folder.
             * @default []
             */
            files: components["schemas"]["GivenFile"][];
            /**
             * @description The parts that were not kept, without which a second run would differ: `code`, `stdin`, `args`, `env`, `files`, `typed`.
             * @default []
             */
            missing: components["schemas"]["Missing"][];
            /**
             * @description Its standard input.
             * @default
             */
            stdin: string;
        };
        /** @description A file. */
        GivenFile: {
            /** @description Its content; `null` when it is not kept. */
            content?: string | null;
            /** @description How `content` is written, `utf8` or `base64`. */
            encoding: string;
            /** @description Where in the run's folder. */
            path: string;
            /**
             * Format: int64
             * @description How large it was.
             */
            size_bytes: number;
        };
        /** @description An environment variable. */
        GivenVariable: {
            /** @description Its name. */
            name: string;
            /** @description Its value; `null` unless the settings have values kept, as they are often secrets. */
            value?: string | null;
        };
        /** @description The user's grants to the sandbox. */
        Granted: {
            /** @description Whether it had a network. */
            network?: boolean;
            /** @description Folders for reading. */
            read: string[];
            /** @description Folders for reading and writing. */
            write: string[];
        };
        /** @description That the service is there. */
        Health: {
            /**
             * @description For people.
             * @example Runtray execution service running
             */
            message: string;
            /**
             * @description Python's `os.name` on this machine: `posix` or `nt`.
             * @example posix
             */
            platform: string;
            /**
             * @description `ok`, or `failing` with 503 while programs cannot be started; `GET /status` says why.
             * @example ok
             */
            status: string;
            /**
             * Format: double
             * @description Milliseconds since the service started.
             */
            uptime_ms: number;
            /**
             * @description Runtray's version.
             * @example 0.1.0
             */
            version: string;
        };
        /** @description A file for the run's folder. */
        InputFile: {
            /** @description Its content. */
            content: string;
            encoding?: components["schemas"]["Encoding"] | null;
            /**
             * @description Where, relative to the run's folder.
             * @example data/input.csv
             */
            path: string;
        };
        /** @description A kernel. */
        JupyterKernel: {
            /**
             * Format: int32
             * @description Its clients.
             */
            connections: number;
            /** @description Its state: it has not run anything yet. */
            execution_state: string;
            /** @description Its id. */
            id: string;
            /** @description Its language. */
            name: string;
        };
        /** @description Which kernel is wanted. */
        JupyterKernelRequest: {
            /**
             * @description A language's name or alias.
             * @example python3
             */
            name?: string | null;
        };
        /** @description A language, and what runs it on this machine. */
        Language: {
            /** @description Other names that are taken for it. */
            aliases: string[];
            /** @description Whether it can run. */
            available: boolean;
            /** @description Why it cannot run, and how to change that; empty when it can. */
            detail: string;
            /**
             * @description The isolation level of its programs, if it can run.
             * @example wasm
             */
            isolation?: string | null;
            /**
             * @description Its name.
             * @example python
             */
            language: string;
            /** @description The interpreter's path. */
            path?: string | null;
            reason?: components["schemas"]["Words"] | null;
            /**
             * @description The interpreter, for people.
             * @example CPython 3.13.1
             */
            runtime?: string | null;
            /**
             * @description The interpreter's version where it is known.
             * @example 3.13.1
             */
            version?: string | null;
        };
        /**
         * @description A level of isolation.
         * @enum {string}
         */
        Level: "auto" | "none" | "sandbox" | "wasm" | "container";
        /**
         * @description A part that is not kept, or not whole.
         * @enum {string}
         */
        Missing: "code" | "stdin" | "args" | "env" | "files" | "typed";
        /**
         * @description A program's access to the network.
         * @enum {string}
         */
        Network: "off" | "ask" | "on";
        /** @description A web origin that was refused. */
        PendingOrigin: {
            /**
             * Format: date-time
             * @description When it was first refused.
             */
            first_refused_at: string;
            /**
             * @description The origin.
             * @example http://localhost:5173
             */
            origin: string;
            program?: components["schemas"]["PendingProgram"] | null;
            /**
             * Format: int64
             * @description How often it was refused since then.
             */
            refusals: number;
        };
        /** @description The beginning of a program that a refused page wanted to run. */
        PendingProgram: {
            /**
             * @description The first lines, with control characters escaped.
             * @example print('Hello')
             */
            code: string;
            /**
             * @description The language that the page named.
             * @example python
             */
            language?: string | null;
            /**
             * Format: int64
             * @description How many lines follow.
             */
            more_lines: number;
        };
        /** @description A program's output and its end. */
        PistonAnswer: {
            /** @description The fields of the request that were ignored, if there were any. */
            ignored?: string[];
            /** @description The language's name. */
            language: string;
            /** @description The run. */
            run: components["schemas"]["PistonStage"];
            /** @description The interpreter's version. */
            version: string;
        };
        /** @description An error of Piston's routes. */
        PistonError: {
            /** @description The mistake. */
            message: string;
        };
        /** @description A file of a program. */
        PistonFile: {
            /** @description Its content. */
            content: string;
            /** @description How `content` is written: `utf8`, `base64` or `hex`. */
            encoding?: string | null;
            /** @description Its name; `fileN.code` when left out. */
            name?: string | null;
        };
        /** @description A refusal: of Piston's routes, or of the guard in front of them. */
        PistonRefusal: components["schemas"]["PistonError"] | components["schemas"]["ErrorBody"];
        /**
         * @description A program for Piston's routes. Only what Runtray uses is listed; `compile_timeout`, `run_memory_limit` and the like are
         *     checked and not applied.
         */
        PistonRequest: {
            /** @description The program's arguments. */
            args?: string[] | null;
            /** @description The program's files; the first one is run. */
            files: components["schemas"]["PistonFile"][];
            /**
             * @description A language's name or alias.
             * @example python
             */
            language: string;
            /**
             * Format: double
             * @description Milliseconds of wall-clock time; 3000 when left out.
             */
            run_timeout?: number | null;
            /** @description The program's standard input. */
            stdin?: string | null;
            /**
             * @description Which version will do, as npm's semver writes it.
             * @example *
             */
            version: string;
        };
        /** @description A language that can run. */
        PistonRuntime: {
            /** @description Other names. */
            aliases: string[];
            /** @description Its name. */
            language: string;
            /** @description The interpreter, where it is not the language's own. */
            runtime?: string | null;
            /** @description Its interpreter's version; `0.0.0` where it is not known. */
            version: string;
        };
        /** @description How a stage went. */
        PistonStage: {
            /**
             * Format: int32
             * @description The exit code.
             */
            code?: number | null;
            /**
             * Format: int64
             * @description CPU time in milliseconds.
             */
            cpu_time: number;
            /**
             * Format: int64
             * @description The most memory that it held, in bytes.
             */
            memory: number;
            /** @description How it ended, for people. */
            message?: string | null;
            /** @description Both streams as they came. */
            output: string;
            /** @description The signal that ended it. */
            signal?: string | null;
            /** @description `RE`: another exit code than 0, `SG`: a signal, `TO`: too long, `OL`: too much output. */
            status?: string | null;
            /** @description Standard error. */
            stderr: string;
            /** @description Standard output. */
            stdout: string;
            /**
             * Format: int64
             * @description Wall-clock time in milliseconds.
             */
            wall_time: number;
        };
        /** @description The events `stdout` and `stderr` of a stream. */
        Printed: {
            /** @description The output since the last event. */
            data: string;
        };
        /** @description The answer. */
        Proof: {
            /** @description HMAC-SHA-256 under the token of `runtray prove 1`, a NUL, the port in two bytes and the nonce, in base64url. */
            proof: string;
        };
        /** @description A file that the run created or changed. */
        ResultFile: {
            /** @description Its content in base64; left out when it is too large. */
            content?: string | null;
            /**
             * @description Guessed from its name.
             * @example image/png
             */
            media_type: string;
            /**
             * @description Where it lay in the run's folder.
             * @example plot.png
             */
            path: string;
            /**
             * Format: int64
             * @description Its size.
             */
            size_bytes: number;
        };
        /**
         * @description The client's first message, `{"type": "run", …}`: the fields of `POST /execute`, and a terminal or none. `stdin` is the
         *     beginning of what is typed. `timeout_ms` may be as long as the settings let interactive runs be.
         */
        Run: {
            terminal?: components["schemas"]["TerminalSize"] | null;
        };
        /** @description `{"type": "signal", …}`: a signal for the program. */
        SentSignal: {
            /**
             * @description `interrupt` is what Ctrl-C does, `terminate` is SIGTERM, `kill` cancels the run. Windows has none of the first two
             *     without a terminal and cancels the run.
             */
            signal: components["schemas"]["SignalName"];
        };
        /** @description A message of the service. */
        ServerMessage: (components["schemas"]["Started"] & {
            /** @enum {string} */
            type: "started";
        }) | (components["schemas"]["Printed"] & {
            /** @enum {string} */
            type: "stdout";
        }) | (components["schemas"]["Printed"] & {
            /** @enum {string} */
            type: "stderr";
        }) | (components["schemas"]["Finished"] & {
            /** @enum {string} */
            type: "finished";
        }) | (components["schemas"]["ErrorBody"] & {
            /** @enum {string} */
            type: "error";
        });
        /** @description How the service is. */
        ServiceStatus: {
            /** @description The addresses that are listened on. */
            addresses: string[];
            /**
             * @description How runs' process trees are held together, as in their answers; null in the first moments.
             * @example user_namespace
             */
            containment?: string | null;
            /**
             * @description The isolation level of Python programs.
             * @example sandbox
             */
            isolation: string;
            /** @description Why it is not the sandbox although the settings do not ask for `none`, or what the sandbox lacks here. */
            isolation_detail?: string | null;
            /**
             * @description `opening`, `ok`, `disabled`, `recovered` or `failed`.
             * @example ok
             */
            journal: string;
            /** @description The state of the journal in words, if there is more to say. */
            journal_detail?: string | null;
            /**
             * Format: int64
             * @description Entries, beginnings and ends of executions, that the journal lacks because it could not keep up.
             */
            journal_dropped: number;
            /** @description The same problems, each as a code with values. */
            localized_problems: components["schemas"]["Words"][];
            /** @description The loopback address that this machine does not have. */
            missing_address?: string | null;
            /** @description Refused web origins that the user may allow. */
            pending_origins: components["schemas"]["PendingOrigin"][];
            /** @description What the user should know: mistakes in the settings, and problems of the service itself. */
            problems: string[];
            /** @description The Python in use, or why there is none. */
            python: string;
            /** @description The Python's path. */
            python_path?: string | null;
            /** @description Executions that wait. */
            queued: number;
            /** @description Settings that were changed and need a restart. */
            restart_needed: string[];
            /** @description Executions that run. */
            running: number;
            /** @description Executions that may run at once. */
            slots: number;
            /**
             * @description `starting`, `running`, `stopping`, `stopped` or `failed`.
             * @example running
             */
            state: string;
            /** @description Whether requests need the token. */
            token_required: boolean;
            /**
             * Format: double
             * @description Milliseconds since the service started.
             */
            uptime_ms: number;
            /**
             * @description The address for clients.
             * @example http://localhost:5000
             */
            url: string;
            /** @description Runtray's version. */
            version: string;
        };
        /**
         * @description A signal.
         * @enum {string}
         */
        SignalName: "interrupt" | "terminate" | "kill";
        /** @description The first event of a stream. */
        Started: {
            /** @description The execution's id, by which it can be cancelled. */
            id: string;
            /** @description The language's name. */
            language: string;
            /** @description The interpreter, for people. */
            runtime: string;
        };
        /**
         * @description How an execution ended.
         * @enum {string}
         */
        Status: "completed" | "failed" | "timeout" | "memory_limit" | "output_limit" | "crashed" | "cancelled";
        /** @description The size of a terminal; with `{"type": "resize", …}` its new one. */
        TerminalSize: {
            /**
             * Format: int32
             * @description Character cells in a row.
             * @example 80
             */
            columns: number;
            /**
             * Format: int32
             * @description Rows.
             * @example 24
             */
            rows: number;
        };
        /** @description `{"type": "stdin", …}`: text for the program's standard input, at most 1 MiB. */
        Typed: {
            /** @description The text; what Enter types into a terminal is `\r`. */
            data: string;
        };
        /** @description A sentence that can be worded in another language. */
        Words: {
            /**
             * @description Which sentence it is.
             * @example language.none_found
             */
            code: string;
            /** @description The sentence in English. */
            text: string;
            /** @description The values by name: texts, sentences of this form, or lists of such sentences. */
            values: Record<string, never>;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    jupyter_create_kernel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["JupyterKernelRequest"] | null;
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JupyterKernel"];
                };
            };
            /** @description `shutting_down` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    jupyter_delete_kernel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The kernel. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    jupyter_connect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The kernel. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket from here on. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `shutting_down` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    jupyter_list_kernelspecs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There are no kernels that keep variables, or the guard refused it. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    piston_connect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket from here on. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `shutting_down` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    piston_execute: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PistonRequest"];
            };
        };
        responses: {
            /** @description The program was run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PistonAnswer"];
                };
            };
            /** @description It was not run, or the guard refused it. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PistonRefusal"];
                };
            };
            /** @description It was not run. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PistonError"];
                };
            };
        };
    };
    piston_runtimes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PistonRuntime"][];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    e2b_list_contexts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There are no contexts, or the guard refused it. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    e2b_create_context: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There are no contexts, or the guard refused it. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    e2b_remove_context: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The context. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There are no contexts, or the guard refused it. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    e2b_restart_context: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The context. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There are no contexts, or the guard refused it. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    execute: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecuteRequest"];
            };
        };
        responses: {
            /** @description The program was run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecuteResponse"];
                    "text/event-stream": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description `invalid_json`, `invalid_request`, `invalid_host` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `token_required` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `host_not_allowed`, `origin_not_allowed`, `cross_site` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `body_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `unsupported_language`, `runtime_not_found`, `isolation_unavailable` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_executions` */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `shutting_down` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    connect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket from here on. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`, `invalid_host` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `token_required` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `host_not_allowed`, `origin_not_allowed`, `cross_site` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_executions` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `shutting_down` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list: {
        parameters: {
            query?: {
                /** @description How many, at most 1000; 50 when left out. */
                limit?: number;
                /** @description Only what began before the execution of this id: the previous page's `next`. */
                before?: string;
                /** @description Only this status: one of a result's, `running`, or `lost` when the service was gone before the end. */
                status?: string;
                /** @description Only this language. */
                language?: string;
                /** @description Only this web origin, or `local`. */
                origin?: string;
                /** @description Words that must all occur in code, output or error. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionsPage"];
                };
            };
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export: {
        parameters: {
            query?: {
                /** @description `jsonl` when left out. */
                format?: "jsonl" | "csv";
                /** @description How many, at most 1000; 50 when left out. */
                limit?: number;
                /** @description Only what began before the execution of this id: the previous page's `next`. */
                before?: string;
                /** @description Only this status: one of a result's, `running`, or `lost` when the service was gone before the end. */
                status?: string;
                /** @description Only this language. */
                language?: string;
                /** @description Only this web origin, or `local`. */
                origin?: string;
                /** @description Words that must all occur in code, output or error. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                    "text/csv": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cancelling"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `execution_finished` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Programs cannot be started. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    languages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Language"][];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    mcp_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description No session, or a refusal. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                    "text/plain": string;
                };
            };
        };
    };
    mcp_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description The answer, or a stream with it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/event-stream": string;
                };
            };
            /** @description A notification was taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for `POST /execute`, an error of JSON-RPC, or what the protocol says. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/plain": string;
                };
            };
        };
    };
    mcp_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No session, or a refusal. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                    "text/plain": string;
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
    prove: {
        parameters: {
            query: {
                /** @description A random text of 32 to 128 letters, digits, `-` and `_`. */
                nonce: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proof"];
                };
            };
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceStatus"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
