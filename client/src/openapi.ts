// Made from the OpenAPI document by `npm run client:generate`; not written by hand.

/** Any JSON. TypeScript lets an alias refer to itself, and no member of an interface. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

export interface paths {
    "/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say who the caller is and what they may do
         * @description Needs a key, and no permission.
         */
        get: operations["access_whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tenants
         * @description Needs the operator's key.
         */
        get: operations["access_list_tenants"];
        put?: never;
        /**
         * Create a tenant, its administrator and their key
         * @description The tenant comes with the built-in roles and a user `admin` who holds the role `admin`; the key is shown this once. Where that answer is lost, delete the tenant and create it anew: nobody else can make a key there.
         *
         *     Needs the operator's key.
         */
        post: operations["access_create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a tenant
         * @description Needs the operator's key.
         */
        get: operations["access_get_tenant"];
        put?: never;
        post?: never;
        /**
         * Delete a tenant with everything in it
         * @description Tasks, history, audit trail, people, roles and keys are gone for good, what requests under way still wrote within a minute. The tenant `default` stays.
         *
         *     Needs the operator's key.
         *
         *     Honours If-Match.
         */
        delete: operations["access_delete_tenant"];
        options?: never;
        head?: never;
        /**
         * Change a tenant's name or configuration
         * @description configuration, where given, replaces the whole of it.
         *
         *     Needs the operator's key.
         *
         *     Honours If-Match.
         */
        patch: operations["access_update_tenant"];
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description Needs the permission `manage_access`.
         */
        get: operations["access_list_users"];
        put?: never;
        /**
         * Create a user
         * @description A person or an agent: whoever keys are made for. What they may do is what their roles permit.
         *
         *     Needs the permission `manage_access`.
         */
        post: operations["access_create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user
         * @description Needs the permission `manage_access`.
         */
        get: operations["access_get_user"];
        put?: never;
        post?: never;
        /**
         * Delete a user and their keys
         * @description Needs the permission `manage_access`.
         *
         *     Honours If-Match.
         */
        delete: operations["access_delete_user"];
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description roles, where given, are all that the user then holds. A role can be given, and a user made active again, only by who may do all that they then may. It takes effect within a second.
         *
         *     Needs the permission `manage_access`.
         *
         *     Honours If-Match.
         */
        patch: operations["access_update_user"];
        trace?: never;
    };
    "/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List roles
         * @description Needs the permission `manage_access`.
         */
        get: operations["access_list_roles"];
        put?: never;
        /**
         * Create a role
         * @description A role holds permissions; nobody can put a permission into one that they lack themselves.
         *
         *     Needs the permission `manage_access`.
         */
        post: operations["access_create_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a role
         * @description Needs the permission `manage_access`.
         */
        get: operations["access_get_role"];
        put?: never;
        post?: never;
        /**
         * Delete a role that nobody holds
         * @description Needs the permission `manage_access`.
         *
         *     Honours If-Match.
         */
        delete: operations["access_delete_role"];
        options?: never;
        head?: never;
        /**
         * Change a role
         * @description Who holds the role has its new permissions within a second. A permission can be added only by who holds it.
         *
         *     Needs the permission `manage_access`.
         *
         *     Honours If-Match.
         */
        patch: operations["access_update_role"];
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description Needs the permission `manage_access`.
         */
        get: operations["access_list_keys"];
        put?: never;
        /**
         * Create a key of a user
         * @description The secret is shown this once and never again. A key may do what its user's roles permit; it can be made only by who may do as much.
         *
         *     Needs the permission `manage_access`.
         */
        post: operations["access_create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a key, without its secret
         * @description Needs the permission `manage_access`.
         */
        get: operations["access_get_key"];
        put?: never;
        post?: never;
        /**
         * Revoke a key and remove it
         * @description It opens nothing from a second later on.
         *
         *     Needs the permission `manage_access`.
         *
         *     Honours If-Match.
         */
        delete: operations["access_delete_key"];
        options?: never;
        head?: never;
        /**
         * Rename, prolong or revoke a key
         * @description A revoked key stays revoked, and opens nothing from a second later on. Only who may do as much as the key can prolong it.
         *
         *     Needs the permission `manage_access`.
         *
         *     Honours If-Match.
         */
        patch: operations["access_update_key"];
        trace?: never;
    };
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tasks, the most urgent first
         * @description Ordered by priority descending, then created_at, then id, unless sort says otherwise. The next page is in the Link header (rel="next").
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["tasks_list"];
        put?: never;
        /**
         * Create a task
         * @description Needs the permission `create_tasks`.
         */
        post: operations["tasks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search titles and descriptions
         * @description At most 50: titles equal to q, then titles containing it, then descriptions containing it; within each by priority.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["tasks_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/by-tag/{tag}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tasks with a tag
         * @description Needs the permission `read_tasks`.
         */
        get: operations["tasks_by_tag"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a task
         * @description Needs the permission `read_tasks`.
         */
        get: operations["tasks_get"];
        put?: never;
        post?: never;
        /**
         * Delete a task and all that belongs to it
         * @description Whatever its status; its edges go, too, and what waited for it is counted anew.
         *
         *     Needs the permission `delete_tasks`.
         *
         *     Honours If-Match.
         */
        delete: operations["tasks_delete"];
        options?: never;
        head?: never;
        /**
         * Change a task, or move it
         * @description Moves: ready to assigned, assigned to in_progress, in_progress to completed or failed, failed to ready. The status it has already is no move. If-Match guards against a change in between.
         *
         *     Needs the permission `update_tasks`.
         *
         *     Honours If-Match.
         */
        patch: operations["tasks_update"];
        trace?: never;
    };
    "/tasks/{task_id}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a task's metadata, all or one key
         * @description Needs the permission `read_tasks`.
         */
        get: operations["tasks_get_metadata"];
        put?: never;
        /**
         * Set a task's metadata value
         * @description Needs the permission `update_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["tasks_set_metadata"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/metadata/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a task's metadata value
         * @description Needs the permission `update_tasks`.
         *
         *     Honours If-Match.
         */
        delete: operations["tasks_delete_metadata"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/metadata/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the metadata of up to 1000 tasks
         * @description The answer is keyed as asked: by id or by number. A task that does not exist has no key in it.
         *
         *     Needs the permission `read_tasks`.
         */
        post: operations["tasks_batch_metadata"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace a task's tags
         * @description Needs the permission `update_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["tasks_set_tags"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schema/custom-fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the metadata keys in use, most used first
         * @description Needs the permission `read_tasks`.
         */
        get: operations["tasks_custom_fields"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/dependency-graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the graph of tasks and dependencies
         * @description Arrows run with the work: source is the prerequisite, target the task that waits. Only edges with both ends in the answer are in it. Without a root it is the whole graph.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["dependencies_graph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/dependencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a task waits for
         * @description Each dependency with its prerequisite as `task`, the oldest first. The next page is in the Link header (rel="next").
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["dependencies_list"];
        put?: never;
        /**
         * Make a task wait for another
         * @description An edge that closes a loop, over edges of either type, is refused; `cycle` then names the loop, in which each task waits for the next. A task that has started takes no hard prerequisite that is not completed.
         *
         *     Needs the permission `update_tasks`.
         */
        post: operations["dependencies_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/dependencies/{dependency_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a dependency of a task
         * @description Needs the permission `update_tasks`.
         */
        delete: operations["dependencies_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why can a task not start?
         * @description `ready` says that no hard prerequisite is left; whether somebody has it already, `status` says. Soft ones never block.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["dependencies_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what waits for a task
         * @description Direct dependents, the most urgent first.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["dependencies_blocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/blocking-impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count all that waits for a task, directly or through others
         * @description Needs the permission `read_tasks`.
         */
        get: operations["dependencies_blocking_impact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim tasks to work on
         * @description First what is assigned to this worker and not started, then startable tasks: priority_score where there is one, then priority, then age. Each is set in progress with an execution and a lease. Empty when there is nothing to do; wait_seconds waits for something.
         *
         *     Needs the permission `execute_tasks`.
         */
        post: operations["executions_claim"];
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
        /**
         * List executions, newest first
         * @description Of all tasks; each with the task that it is of, which attempt at it it is, and since when that attempt could have begun: what lies between is waiting, not working. The next page is in the Link header (rel="next"); executions that begin meanwhile do not move it.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["executions_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/stale": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List open executions that run longer than expected
         * @description Started more than older_than_minutes ago, or running longer than twice their task estimate; oldest first.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["executions_stale"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a task's executions, newest first, with a summary
         * @description Needs the permission `read_tasks`.
         */
        get: operations["executions_history"];
        put?: never;
        /**
         * Start an execution of a task
         * @description For a task that is assigned, or ready with nothing unmet. Without lease_seconds it has no lease. With parent_execution_id it works beside the open execution. Prefer POST /tasks/claim.
         *
         *     Needs the permission `execute_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["executions_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{execution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an execution
         * @description Needs the permission `read_tasks`.
         */
        get: operations["executions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{execution_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete an execution, and claim what is next
         * @description success: the task is completed and its dependents count down; otherwise it has failed. claim_next makes the next claim in the same round trip, freed dependents among the candidates. With a lease, lease_token is required.
         *
         *     Needs the permission `execute_tasks`.
         */
        post: operations["executions_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete up to 100 executions, each by itself
         * @description As POST /executions/:execution_id/complete does one. The answer has the order of the request: an execution, or why it was refused. One that is refused hinders no other.
         *
         *     Needs the permission `execute_tasks`.
         */
        post: operations["executions_complete_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{execution_id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extend an execution's lease, and tell the progress
         * @description Send it well before the lease ends, a third of its length apart. stop, when not null, says why to stop.
         *
         *     Needs the permission `execute_tasks`.
         */
        post: operations["executions_heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{execution_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a task back unfinished, with a note for the next
         * @description Needs the permission `execute_tasks`.
         */
        post: operations["executions_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_type}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an agent type's performance
         * @description Preempted, released and lost executions are counted apart, not as failures.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["executions_agent_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 100 tasks and their graph, all or nothing
         * @description Items may carry a ref of their own; depends_on holds refs, ids or numbers. The answer has the order of the request.
         *
         *     Needs the permission `create_tasks`.
         */
        post: operations["tasks_create_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Assign a task to a worker
         * @description Ready to assigned, or from one worker to another while it is not started.
         *
         *     Needs the permission `assign_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["tasks_assign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a task's effort estimate
         * @description Needs the permission `update_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["tasks_estimate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an assigned or running task ready again
         * @description A run ends as released; one with a live lease needs its lease_token, or override: true and assign_tasks.
         *
         *     Needs the permission `execute_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["tasks_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a failed task ready again
         * @description Adds one to the metadata retry_count and clears the worker.
         *
         *     Needs the permission `update_tasks`.
         *
         *     Honours If-Match.
         */
        post: operations["tasks_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/brief": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Brief an agent on a task, within a budget of tokens
         * @description The task, how its last attempts ended and what they noted, and what its prerequisites left as result and note: the most useful first, never more than max_tokens by the estimate of 4 bytes of JSON a token. left_out says what had no room, and how to get it.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["tasks_brief"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit trail, newest first
         * @description Every change of state, one row an entity, from the moment it is committed. The next page is in the Link header (rel="next"); rows that come meanwhile do not move it.
         *
         *     Needs the permission `read_audit`.
         */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the events after a sequence, oldest first
         * @description Ask again with the sequence of the last event as `after`: none is ever missed, none comes twice, and those of one entity come in their order. Without the permission read_audit these are the events of tasks, dependencies and executions.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["audit_follow_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the types of events
         * @description Needs a key, and no permission.
         */
        get: operations["audit_list_event_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Needs the permission `manage_webhooks`.
         */
        get: operations["webhooks_list"];
        put?: never;
        /**
         * Register a webhook
         * @description Every event of these types from now on is posted to the URL, those of one entity in their order, at least once. The secret that signs is shown this once and never again. Events of people, roles and keys need the permission read_audit as well.
         *
         *     Needs the permission `manage_webhooks`.
         */
        post: operations["webhooks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a signature, to test a receiver
         * @description A receiver does this by itself, with a library of standardwebhooks.com or by HMAC-SHA256; this is to compare with. How old the timestamp is, is not judged here.
         *
         *     Needs a key, and no permission.
         */
        post: operations["webhooks_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook, without its secret
         * @description Needs the permission `manage_webhooks`.
         */
        get: operations["webhooks_get"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook and the log of its deliveries
         * @description What is being sent at this moment may still arrive.
         *
         *     Needs the permission `manage_webhooks`.
         *
         *     Honours If-Match.
         */
        delete: operations["webhooks_delete"];
        options?: never;
        head?: never;
        /**
         * Change, park or resume a webhook
         * @description Parked (active=false), nothing is queued for it, and missed_after says after which sequence it has not got everything. active=true lets it go on from now on; with ?since= of that sequence it misses nothing.
         *
         *     Needs the permission `manage_webhooks`.
         *
         *     Honours If-Match.
         */
        patch: operations["webhooks_update"];
        trace?: never;
    };
    "/webhooks/{webhook_id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a webhook's secret
         * @description The new secret is shown this once. Until the overlap ends, each request is signed by both, so that the receiver can change over at its own time; so it is for earlier ones whose overlap has not ended. overlap_hours=0 ends all old ones at once.
         *
         *     Needs the permission `manage_webhooks`.
         */
        post: operations["webhooks_rotate_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event to a webhook at once
         * @description An event of the type webhook.test, signed like any other, to an inactive webhook as well. The answer is its row in the log, within 10 seconds; whatever comes of it, it is not tried again and switches nothing off.
         *
         *     Needs the permission `manage_webhooks`.
         */
        post: operations["webhooks_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a webhook everything since some place again
         * @description All events of its types after that place, in their order, and what it has not got yet with them; those that it got before come again under the same ids. The answer comes at once, the events in their turn.
         *
         *     Needs the permission `manage_webhooks`.
         */
        post: operations["webhooks_redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the log of a webhook's deliveries, newest first
         * @description One row an attempt, kept for CAIRN_WEBHOOK_RETENTION_DAYS. The next page is in the Link header (rel="next"); rows that come meanwhile do not move it.
         *
         *     Needs the permission `manage_webhooks`.
         */
        get: operations["webhooks_list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a delivery with what it carried
         * @description The payload as the record tells it; null for a test, and where its event is no longer in the record. That of events of people, roles and keys needs the permission read_audit as well.
         *
         *     Needs the permission `manage_webhooks`.
         */
        get: operations["webhooks_get_delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the event of a delivery again, at once
         * @description Under the same event id, to an inactive webhook as well. The answer is the new row in the log; whatever comes of it, it is not tried again and switches nothing off.
         *
         *     Needs the permission `manage_webhooks`.
         */
        post: operations["webhooks_redeliver_event"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/event-store": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See whether the event store is up, and how far it is
         * @description The event store gets the whole record of every tenant, in batches; what it has not accepted waits for it, and nothing is left out.
         *
         *     Needs the permission `read_audit`.
         */
        get: operations["event_stores_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/import/{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import tasks and their graph from another tool
         * @description The answer is a loss report: everything that the source said is counted under what became of it. A task that came from a source carries source_ref and source_hash as metadata: a second import of the same source changes nothing, one of a changed source updates title, description, priority, effort, tags and the metadata of that format, also where they were changed here: those tasks are listed as overwritten. A status never moves, edges are added and never removed, and what left the source stays. A broken line is reported by its number (in a JSON array given as a value, by its element) and the rest goes in. One import at a time runs in a tenant; another one waits, or gets 503 after ten seconds.
         *
         *     Needs the permission `import_tasks`.
         *
         *     The body may have 32 MiB.
         *
         *     With `Accept: application/x-ndjson` it says how far it is, line by line, and answers in the last line.
         */
        post: operations["imports_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Replay the record from its start and compare it with the tables
         * @description In one snapshot, changing nothing: tasks, dependencies, executions, users, roles, keys and webhooks, each against what the record tells of it; the sequence without gaps; unmet prerequisites counted again; tasks in progress against open executions; no loops. What is not recorded (heartbeats, recounts, scores, the last use of a key) is left out. It reads everything: seconds for a hundred thousand rows.
         *
         *     Needs the permission `read_audit`.
         *
         *     With `Accept: application/x-ndjson` it says how far it is, line by line, and answers in the last line.
         */
        get: operations["verify_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get figures of how the work goes
         * @description Counts by status, what waits and for how long, throughput over time, success and cost by agent type, what ended last, what runs too long, and what most others wait for. A few statements, one after the other: not of one instant. Of a large installation the answer may be up to a minute old; `at` says of when it is.
         *
         *     Needs the permission `read_tasks`.
         */
        get: operations["dashboard_get"];
        put?: never;
        post?: never;
        delete?: never;
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
        /**
         * Say whether the server and its database are alive
         * @description Needs no key.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say whether the server takes requests
         * @description Needs no key. `leads` says that this server does the periodic work for all. While it stops, it is not ready.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
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
        /**
         * Get the metrics of this server, for Prometheus
         * @description Needs a key, unless the setting `CAIRN_METRICS_PUBLIC` is true.
         */
        get: operations["metrics"];
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
        BatchItem: {
            /**
             * @description The caller's own name for this item
             * @example design
             */
            ref?: string;
            /** @description 1 to 500 characters */
            title: string;
            /**
             * @description Up to 64 KiB of text
             * @default
             */
            description?: string;
            /**
             * @description 1 to 5, 5 the most urgent
             * @default 3
             */
            priority?: number;
            /** @default null */
            effort_estimate?: number | null;
            /** @description At most 50 tags of 1 to 64 characters */
            tags?: string[];
            /**
             * @description Keys of 1 to 128 characters, values up to 64 KiB
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description Hard prerequisites: refs of this batch, ids or numbers
             * @default []
             */
            depends_on?: ((string | number) | string)[];
        };
        BlockedTask: {
            /** Format: uuid */
            id: string;
            /** @description Short name, unique in its tenant */
            number: number;
            title: string;
            description: string;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
            /** @description 1 to 5, 5 the most urgent */
            priority: number;
            effort_estimate: number | null;
            tags: string[];
            assigned_worker: string | null;
            /** @description Hard prerequisites that are not completed */
            unmet_dependencies: number;
            /** @description null until prioritised */
            priority_score: number | null;
            /** @description Changes with what a caller did to the task; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
            /**
             * @description hard: the task cannot start before the prerequisite is completed; soft: advice only
             * @enum {string}
             */
            dependency_type: "hard" | "soft";
        };
        BlockingImpact: {
            blocking_count: number;
            blocked_task_ids: string[];
        };
        Blocks: {
            count: number;
            tasks: components["schemas"]["BlockedTask"][];
        };
        Brief: {
            task: {
                number: number;
                title: string;
                /** @enum {string} */
                status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
                /** @description 1 to 5, 5 the most urgent */
                priority: number;
                effort_estimate: number | null;
                tags: string[];
                assigned_worker: string | null;
                unmet_dependencies: number;
                /** @description ends in … where it was cut */
                description?: string;
            };
            /** @description Those that ended, the newest first */
            attempts?: components["schemas"]["BriefAttempt"][];
            /** @description The hard ones first, and of those what has a result */
            prerequisites?: components["schemas"]["BriefPrerequisite"][];
            metadata?: {
                [key: string]: string;
            };
            /** @description How long this answer is, by the estimate */
            tokens: number;
            /** @description What there was no room for, and how to get it; absent when this is all */
            left_out?: string;
        };
        BriefAttempt: {
            /** @enum {string} */
            outcome: "succeeded" | "failed" | "lost" | "released" | "preempted";
            worker_id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            completed_at: string;
            /** @description ends in … where it was cut */
            error_message?: string;
            /** @description What it left for the next one; ends in … where it was cut */
            note?: string;
            /** @description How far it was; a text where it was cut */
            progress?: components["schemas"]["JsonValue"];
        };
        BriefPrerequisite: {
            number: number;
            title: string;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
            /**
             * @description hard: the task cannot start before the prerequisite is completed; soft: advice only
             * @enum {string}
             */
            dependency_type: "hard" | "soft";
            /** @description What its completion left for later tasks; a text where it was cut */
            result?: components["schemas"]["JsonValue"];
            /** @description ends in … where it was cut */
            note?: string;
        };
        Claim: {
            task: components["schemas"]["Task"];
            execution: components["schemas"]["Execution"];
            lease: components["schemas"]["Lease"];
        };
        CompletedOfBatch: {
            /**
             * @description As it was asked
             * @example 019aaf40-1f6b-7a31-8a7e-5d0c6b1f4e22
             * @example 17-3
             */
            execution_id: string;
            /** @description null where it was refused */
            execution: components["schemas"]["Execution"] | null;
            /** @description The problem that a call of its own would have met; null where it was done */
            refusal: {
                status: number;
                code: string;
                detail: string;
            } | null;
        };
        Dashboard: {
            /**
             * Format: date-time
             * @description When this was so
             * @example 2026-11-22T09:30:00.000000Z
             */
            at: string;
            hours: number;
            /** @description How much time a point of the series stands for */
            bucket_seconds: number;
            tasks: {
                total: number;
                ready: number;
                assigned: number;
                in_progress: number;
                completed: number;
                failed: number;
                split: number;
                /** @description Those of the ready ones that wait for a hard prerequisite */
                blocked: number;
            };
            queue: {
                /** @description Tasks that a claim could hand out now */
                startable: number;
                /** @description Age of the oldest of them; null with none */
                oldest_seconds: number | null;
                /** @description The age that half of them exceed, to a percent; null with none */
                median_seconds: number | null;
                oldest: components["schemas"]["NamedTask"] | null;
            };
            /** @description Oldest first, without gaps; the last one is still under way */
            throughput: {
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-22T09:30:00.000000Z
                 */
                start: string;
                /** @description Executions that succeeded */
                completed: number;
                failed: number;
                /** @description Lost, released and preempted ones: no failures */
                given_up: number;
                cost_dollars: number;
            }[];
            /** @description The busiest first, at most 50 */
            agents: {
                agent_type: string;
                completed: number;
                failed: number;
                lost: number;
                released: number;
                preempted: number;
                /** @description Percent of those with a verdict; null with none */
                success_rate: number | null;
                /** @description Seconds, of those with a verdict */
                average_duration: number | null;
                /** @description Dollars, of those with a verdict */
                average_cost: number | null;
                /** @description Dollars */
                total_cost: number;
            }[];
            /** @description How many agent types ended an execution in this time */
            agent_types: number;
            /** @description Newest first, at most 10 */
            recent: {
                /** Format: uuid */
                execution_id: string;
                task: components["schemas"]["NamedTask"];
                agent_type: string;
                worker_id: string;
                /** @enum {string} */
                outcome: "succeeded" | "failed" | "lost" | "released" | "preempted";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-22T09:30:00.000000Z
                 */
                completed_at: string;
                duration_seconds: number;
                cost_dollars: number;
            }[];
            working: {
                /** @description Executions that run now */
                open: number;
                /** @description Those of them that run longer than expected */
                stale: number;
            };
            /** @description The longest running first, at most 10 */
            stale: {
                /** Format: uuid */
                execution_id: string;
                task: components["schemas"]["NamedTask"];
                agent_type: string;
                worker_id: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-22T09:30:00.000000Z
                 */
                started_at: string;
                running_seconds: number;
                reasons: ("over_age" | "over_estimate")[];
            }[];
            blocking: {
                /** @description Tasks that nothing keeps from being done, and that most others wait for; at most 10 */
                blockers: {
                    task: components["schemas"]["NamedTask"];
                    /** @description Tasks that wait for it by a hard edge of their own */
                    direct: number;
                    /** @description Tasks that wait for it, directly or through others */
                    total: number;
                }[];
                /** @description false: the graph is so large that only a part was looked at; totals are then at least these */
                exact: boolean;
            };
        };
        Dependency: {
            /** Format: uuid */
            id: string;
            /**
             * Format: uuid
             * @description The task that waits
             */
            task_id: string;
            /**
             * Format: uuid
             * @description Its prerequisite
             */
            depends_on_task_id: string;
            /**
             * @description hard: the task cannot start before the prerequisite is completed; soft: advice only
             * @enum {string}
             */
            dependency_type: "hard" | "soft";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
        };
        DependencyGraph: {
            nodes: components["schemas"]["GraphNode"][];
            edges: components["schemas"]["GraphEdge"][];
        };
        DependencyWithTask: {
            /** Format: uuid */
            id: string;
            /**
             * Format: uuid
             * @description The task that waits
             */
            task_id: string;
            /**
             * Format: uuid
             * @description Its prerequisite
             */
            depends_on_task_id: string;
            /**
             * @description hard: the task cannot start before the prerequisite is completed; soft: advice only
             * @enum {string}
             */
            dependency_type: "hard" | "soft";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /** @description The prerequisite */
            task: components["schemas"]["Task"];
        };
        Event: {
            /** @description Its place in the feed: what `after` takes */
            sequence: number;
            /** Format: uuid */
            id: string;
            type: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            timestamp: string;
            /** @description The entity under its own name (`task`, `execution`, …) as it was after the change, or before its delete; and old_values */
            data: {
                /** @description The former values of the fields that changed; the whole entity for a delete, null for a create */
                old_values: {
                    [key: string]: unknown;
                } | null;
            } & {
                [key: string]: unknown;
            };
        };
        EventStore: {
            /**
             * @description `unknown` before the first batch was tried; `down` until everything that failed was accepted
             * @enum {string}
             */
            status: "unknown" | "up" | "down";
            /** @description Since when it has this status */
            since: string | null;
            /** @description Where the events go, for the operator's tenant; null for others */
            url: string | null;
            /** @description Why it is down, for the operator's tenant; null for others */
            reason: string | null;
            /** @description When it is tried again, where it is down */
            next_attempt_at: string | null;
            /** @description Up to here the store has accepted this tenant's events */
            last_sequence: number;
            /** @description This tenant's events that the store has not accepted yet */
            lag: number;
        };
        Execution: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            task_id: string;
            agent_type: string;
            worker_id: string;
            parent_execution_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            started_at: string;
            completed_at: string | null;
            duration_seconds: number | null;
            cost_dollars: number;
            success: boolean | null;
            /** @description null while it is open */
            outcome: ("succeeded" | "failed" | "lost" | "released" | "preempted") | null;
            error_message: string | null;
            result: components["schemas"]["JsonValue"] | null;
            progress: components["schemas"]["JsonValue"] | null;
            note: string | null;
            lease_expires_at: string | null;
        };
        ExecutionFigures: {
            total_executions: number;
            /** @description Percent of those that succeeded or failed; null with none */
            success_rate: number | null;
            /** @description Seconds */
            average_duration: number | null;
            /** @description Dollars */
            average_cost: number | null;
            /** @description Dollars */
            total_cost: number;
            lost: number;
            released: number;
            preempted: number;
        };
        GraphEdge: {
            /** Format: uuid */
            id: string;
            /**
             * Format: uuid
             * @description The prerequisite
             */
            source: string;
            /**
             * Format: uuid
             * @description The task that waits
             */
            target: string;
            /**
             * @description hard: the task cannot start before the prerequisite is completed; soft: advice only
             * @enum {string}
             */
            type: "hard" | "soft";
        };
        GraphNode: {
            /** Format: uuid */
            id: string;
            number: number;
            title: string;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
            /** @description 1 to 5, 5 the most urgent */
            priority: number;
            unmet_dependencies: number;
            assigned_worker: string | null;
            effort_estimate: number | null;
            tags: string[];
        };
        /** @description What came of each part of the source */
        ImportReport: {
            /** @enum {string} */
            format: "beads" | "markdown" | "linear" | "github";
            dry_run: boolean;
            created: number;
            /** @description Of the created: closed in the source, and ready here (reopen) */
            reopened: number;
            /** @description Changed in the source since the last import */
            updated: number;
            /** @description Of the updated: changed here since the last import, and now as in the source; the record has what they were */
            overwritten: {
                total: number;
                /** @description The first 50 */
                first: {
                    line: number;
                    source_ref: string;
                }[];
            };
            unchanged: number;
            /** @description Closed in the source by now, but not here: an import never moves a status */
            status_kept: {
                total: number;
                /** @description The first 50 */
                first: {
                    line: number;
                    source_ref: string;
                    /** @enum {string} */
                    status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
                }[];
            };
            /** @description Left out deliberately, by reason */
            skipped: {
                total: number;
                reasons: {
                    [key: string]: number;
                };
            };
            /** @description Broken lines; the rest goes in */
            errors: {
                total: number;
                /** @description The first 50 */
                first: {
                    line: number;
                    message: string;
                }[];
            };
            edges: {
                added: number;
                existing: number;
                /** @description Named again in the same source */
                duplicate: number;
                /** @description One end is neither in the source nor here, or was deleted just then */
                dangling: {
                    total: number;
                    /** @description The first 50 */
                    first: components["schemas"]["SourceEdge"][];
                };
                /** @description Would close a loop */
                loops: {
                    total: number;
                    /** @description The first 50 */
                    first: components["schemas"]["SourceEdge"][];
                };
                /** @description Of a task to itself */
                self: {
                    total: number;
                    /** @description The first 50 */
                    first: components["schemas"]["SourceEdge"][];
                };
                /** @description The task has started or is completed, and the prerequisite is not completed */
                already_started: {
                    total: number;
                    /** @description The first 50 */
                    first: components["schemas"]["SourceEdge"][];
                };
            };
            /** @description Lost: how often each field was met */
            fields_without_place: {
                [key: string]: number;
            };
            /** @description How often each field became metadata */
            kept_as_metadata: {
                [key: string]: number;
            };
            /** @description How often each field was cut to its limit */
            truncated: {
                [key: string]: number;
            };
        };
        JsonValue: JsonValue;
        Key: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            user_id: string;
            name: string;
            /** @description How the key begins: enough to tell it from others */
            prefix: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description Kept to the minute */
            last_used_at: string | null;
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
        };
        /** @description The right to finish an execution, while it lasts */
        Lease: {
            /** @description The fencing token that the claim gave; grows with every claim of the task */
            token: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            expires_at: string;
        };
        ListedExecution: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            task_id: string;
            agent_type: string;
            worker_id: string;
            parent_execution_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            started_at: string;
            completed_at: string | null;
            duration_seconds: number | null;
            cost_dollars: number;
            success: boolean | null;
            /** @description null while it is open */
            outcome: ("succeeded" | "failed" | "lost" | "released" | "preempted") | null;
            error_message: string | null;
            result: components["schemas"]["JsonValue"] | null;
            progress: components["schemas"]["JsonValue"] | null;
            note: string | null;
            lease_expires_at: string | null;
            task: components["schemas"]["NamedTask"];
            /** @description The how manieth execution of its task: 1 for the first */
            attempt: number;
            /**
             * Format: date-time
             * @description Since when it could have begun: when the task was created, the attempt before ended, or the last hard prerequisite was completed, whatever came last
             * @example 2026-11-22T09:30:00.000000Z
             */
            startable_since: string;
        };
        MetadataEntry: {
            key: string;
            value: string;
        };
        NamedTask: {
            /** Format: uuid */
            id: string;
            number: number;
            title: string;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
        };
        NewKey: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            user_id: string;
            name: string;
            /** @description How the key begins: enough to tell it from others */
            prefix: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description Kept to the minute */
            last_used_at: string | null;
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
            /** @description The secret key, shown this once; null when an Idempotency-Key replays the answer */
            key: string | null;
        };
        NewTenant: {
            /** Format: uuid */
            id: string;
            name: string;
            configuration: {
                [key: string]: unknown;
            };
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
            /**
             * Format: uuid
             * @description The user `admin`, who holds the role `admin`
             */
            admin_user_id: string;
            /** @description The secret key, shown this once; null when an Idempotency-Key replays the answer */
            key: string | null;
        };
        Readiness: {
            /** @description Whether every hard prerequisite is completed */
            ready: boolean;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
            /** @description Hard prerequisites that are not completed */
            unsatisfied_dependencies: string[];
            /** @description Soft prerequisites that are not completed: no obstacle */
            unsatisfied_soft_dependencies: string[];
        };
        RecordRow: {
            /** Format: uuid */
            id: string;
            /** @description Its place in the feed, in the order of commits; null until it is given */
            sequence: number | null;
            event_type: string;
            entity_type: string;
            /** Format: uuid */
            entity_id: string;
            actor: {
                /** @enum {string} */
                kind: "operator" | "user" | "system";
                id: string | null;
                name: string;
            };
            /** @description The request that caused it */
            request_id: string | null;
            /** @description The former values of the fields that changed; the whole entity for a delete, null for a create */
            old_values: {
                [key: string]: unknown;
            } | null;
            /** @description The whole entity after the change; null after a delete */
            new_values: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
        };
        Role: {
            /** Format: uuid */
            id: string;
            name: string;
            description: string;
            permissions: string[];
            /** @description Comes with every tenant and cannot be changed */
            built_in: boolean;
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
        };
        /** @description An edge of the source; both ends are source_refs */
        SourceEdge: {
            line: number;
            from: string;
            to: string;
        };
        Task: {
            /** Format: uuid */
            id: string;
            /** @description Short name, unique in its tenant */
            number: number;
            title: string;
            description: string;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
            /** @description 1 to 5, 5 the most urgent */
            priority: number;
            effort_estimate: number | null;
            tags: string[];
            assigned_worker: string | null;
            /** @description Hard prerequisites that are not completed */
            unmet_dependencies: number;
            /** @description null until prioritised */
            priority_score: number | null;
            /** @description Changes with what a caller did to the task; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
        };
        TaskWithMetadata: {
            /** Format: uuid */
            id: string;
            /** @description Short name, unique in its tenant */
            number: number;
            title: string;
            description: string;
            /** @enum {string} */
            status: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
            /** @description 1 to 5, 5 the most urgent */
            priority: number;
            effort_estimate: number | null;
            tags: string[];
            assigned_worker: string | null;
            /** @description Hard prerequisites that are not completed */
            unmet_dependencies: number;
            /** @description null until prioritised */
            priority_score: number | null;
            /** @description Changes with what a caller did to the task; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
            metadata?: {
                [key: string]: string;
            };
        };
        Tenant: {
            /** Format: uuid */
            id: string;
            name: string;
            configuration: {
                [key: string]: unknown;
            };
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
        };
        User: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string | null;
            /** @description The keys of a user who is not active open nothing */
            active: boolean;
            /** @description Names of roles */
            roles: string[];
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
        };
        VerifyReport: {
            /** @description Whether nothing differs */
            consistent: boolean;
            record: {
                rows: number;
                last_sequence: number;
                /** @description Committed a moment ago; the sequencer comes for them */
                not_numbered_yet: number;
            };
            /** @description How many things of each kind the tables hold and were compared */
            tables: {
                [key: string]: number;
            };
            mismatch_count: number;
            /** @description The first 100, one sentence each */
            mismatches: string[];
        };
        Webhook: {
            /** Format: uuid */
            id: string;
            url: string;
            event_types: string[];
            /** @description Nothing is sent to one that is not */
            active: boolean;
            /** @description Why the server switched it off; null where a person did, or nobody */
            disabled_reason: string | null;
            /** @description While it is not active: the sequence after which it has not got everything */
            missed_after: number | null;
            /** @description Until when the secret before the last rotation signs as well */
            previous_secret_expires_at: string | null;
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
        };
        WebhookDelivery: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            webhook_id: string;
            /**
             * Format: uuid
             * @description The same in every attempt: what `webhook-id` says
             */
            event_id: string;
            event_type: string;
            /** @description 1 for the first */
            attempt: number;
            /**
             * Format: date-time
             * @description When the attempt began
             * @example 2026-11-22T09:30:00.000000Z
             */
            delivered_at: string;
            /** @description null where no answer came */
            status_code: number | null;
            /** @description The first 4 KiB of the answer; null where none came */
            response_body: string | null;
            /** @description What went wrong; null where it was delivered */
            error_message: string | null;
            /** @description Milliseconds */
            duration_ms: number;
            /** @description When it is tried again; null: not because of this */
            next_attempt_at: string | null;
        };
        WebhookDeliveryWithPayload: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            webhook_id: string;
            /**
             * Format: uuid
             * @description The same in every attempt: what `webhook-id` says
             */
            event_id: string;
            event_type: string;
            /** @description 1 for the first */
            attempt: number;
            /**
             * Format: date-time
             * @description When the attempt began
             * @example 2026-11-22T09:30:00.000000Z
             */
            delivered_at: string;
            /** @description null where no answer came */
            status_code: number | null;
            /** @description The first 4 KiB of the answer; null where none came */
            response_body: string | null;
            /** @description What went wrong; null where it was delivered */
            error_message: string | null;
            /** @description Milliseconds */
            duration_ms: number;
            /** @description When it is tried again; null: not because of this */
            next_attempt_at: string | null;
            /** @description null for a test, and where its event is no longer in the record */
            payload: {
                /** Format: uuid */
                id: string;
                type: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-22T09:30:00.000000Z
                 */
                timestamp: string;
                data: {
                    [key: string]: unknown;
                };
            } | null;
        };
        WebhookWithSecret: {
            /** Format: uuid */
            id: string;
            url: string;
            event_types: string[];
            /** @description Nothing is sent to one that is not */
            active: boolean;
            /** @description Why the server switched it off; null where a person did, or nobody */
            disabled_reason: string | null;
            /** @description While it is not active: the sequence after which it has not got everything */
            missed_after: number | null;
            /** @description Until when the secret before the last rotation signs as well */
            previous_secret_expires_at: string | null;
            /** @description Grows with every change; the ETag */
            version: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-22T09:30:00.000000Z
             */
            updated_at: string;
            /** @description What its requests are signed by, shown this once; null when an Idempotency-Key replays the answer */
            secret: string | null;
        };
        Whoami: {
            tenant: {
                /** Format: uuid */
                id: string;
                name: string;
            };
            actor: {
                /** @enum {string} */
                kind: "operator" | "user" | "system";
                id: string | null;
                name: string;
            };
            /** @description All that the caller may do; admin_all spelled out */
            permissions: string[];
            /** @description Names of roles */
            roles: string[];
            /** @description null for the operator's key */
            key: {
                prefix: string;
                expires_at: string | null;
            } | null;
            /** @description Whether this is the operator's key */
            operator: boolean;
        };
        /** @description What is wrong, and what to do next (RFC 9457). */
        Problem: {
            /** @description Leads to the code in this documentation */
            type: string;
            title: string;
            status: number;
            /** @description What is wrong and what to do next, in one sentence */
            detail: string;
            /**
             * @description A stable word for programs
             * @example validation_failed
             */
            code: string;
            /** @description Of a validation: each fault */
            errors?: {
                path: string;
                message: string;
            }[];
            /** @description Seconds after which to try again */
            retry_after?: number;
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /** @description `unauthorized`: The key is missing, unknown, expired or revoked. */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "unauthorized";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: The key's user lacks the permission, which `permission` names. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "forbidden";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `body_too_large`: The body is larger than the route takes. */
        BodyTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "body_too_large";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: The body has a media type that the route does not take, or is compressed. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "unsupported_media_type";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `rate_limited`: The key, or all keys of its tenant, called too often, or too many wrong keys came from the address. Retry-After says when to go on. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "rate_limited";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `internal_error`: A fault of ours, logged under the request id; see what was done before you send it again. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "internal_error";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description `unavailable`, `outcome_unknown`, `overloaded` */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    code?: "unavailable" | "outcome_unknown" | "overloaded";
                } & components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
        IdempotencyKey: string;
        /** @description Change only this version: `"3"`, `3`, or `*` for any. */
        IfMatch: string;
    };
    requestBodies: never;
    headers: {
        /** @description The id of this request, also in the log and in the record; a harmless one of yours is kept */
        "X-Request-Id": string;
        /** @description The version, in quotes; give it back as If-Match */
        ETag: string;
        /** @description The next page, where there is one: `<…>; rel="next"` */
        Link: string;
        /** @description `true` where this is the answer that an earlier request with the same Idempotency-Key got */
        "Idempotency-Replayed": "true";
        /** @description Seconds */
        "Retry-After": number;
        /** @description Calls that are left to the key and to its tenant (`r`), and the seconds until all are there (`t`) */
        RateLimit: string;
        /** @description Calls that may come at once (`q`), and the seconds in which so many are there again (`w`) */
        "RateLimit-Policy": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    access_whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_list_tenants: {
        parameters: {
            query?: {
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_create_tenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name: string;
                    /**
                     * @description A JSON object of up to 64 KiB. It is part of the record: put no secrets in it
                     * @default {}
                     */
                    configuration?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTenant"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `conflict`, `idempotency_in_flight`, `name_taken` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "name_taken";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_get_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "tenant_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_delete_tenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "tenant_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `default_tenant` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "default_tenant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_update_tenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name?: string;
                    /** @description A JSON object of up to 64 KiB. It is part of the record: put no secrets in it */
                    configuration?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "tenant_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `name_taken` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "name_taken";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_list_users: {
        parameters: {
            query?: {
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_create_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name: string;
                    /** @default null */
                    email?: string | null;
                    /** @description Names or ids of roles */
                    roles?: string[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `forbidden`, `cannot_grant` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "forbidden" | "cannot_grant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `role_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "role_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `name_taken` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "name_taken";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `user_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "user_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_delete_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `user_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "user_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_update_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name?: string;
                    email?: string | null;
                    /** @description Names or ids of roles */
                    roles?: string[];
                    active?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `forbidden`, `cannot_grant` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "forbidden" | "cannot_grant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `user_not_found`, `role_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "user_not_found" | "role_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `name_taken` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "name_taken";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_list_roles: {
        parameters: {
            query?: {
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_create_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name: string;
                    /**
                     * @description Up to 1000 characters
                     * @default
                     */
                    description?: string;
                    /** @description Names of permissions */
                    permissions: string[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `forbidden`, `cannot_grant` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "forbidden" | "cannot_grant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `name_taken` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "name_taken";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_get_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                role_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `role_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "role_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_delete_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                role_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `role_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "role_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `built_in_role`, `role_in_use` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "built_in_role" | "role_in_use";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_update_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                role_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name?: string;
                    /** @description Up to 1000 characters */
                    description?: string;
                    /** @description Names of permissions */
                    permissions?: string[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `forbidden`, `cannot_grant` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "forbidden" | "cannot_grant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `role_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "role_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `built_in_role`, `name_taken` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "built_in_role" | "name_taken";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_list_keys: {
        parameters: {
            query?: {
                /** @description Only the keys of this user */
                user_id?: string;
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_create_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name: string;
                    /**
                     * Format: uuid
                     * @description Whose key it is: the caller's own unless given
                     * @example 019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10
                     */
                    user_id?: string;
                    /**
                     * @description RFC 3339; null: never
                     * @default null
                     * @example 2099-01-01T00:00:00Z
                     */
                    expires_at?: string | null;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `forbidden`, `cannot_grant` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "forbidden" | "cannot_grant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `user_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "user_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `key_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "key_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_delete_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `key_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "key_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    access_update_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description 1 to 100 characters */
                    name?: string;
                    /**
                     * @description RFC 3339; null: never
                     * @example 2099-01-01T00:00:00Z
                     */
                    expires_at?: string | null;
                    /**
                     * @description Ends the key for good, within a second
                     * @constant
                     */
                    revoked?: true;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `forbidden`, `cannot_grant` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "forbidden" | "cannot_grant";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `key_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "key_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_list: {
        parameters: {
            query?: {
                /** @description Only where the title or the description contains it */
                q?: string;
                /** @description May repeat */
                status?: ("ready" | "assigned" | "in_progress" | "completed" | "failed" | "split")[];
                /** @description May repeat */
                priority?: number[];
                /** @description May repeat; a task must have all of them */
                tag?: string[];
                /** @description The worker, in its own words */
                assigned_worker?: string;
                /** @description true: ready, and nothing unmet; false: all others */
                startable?: boolean;
                /** @description RFC 3339 */
                updated_since?: string;
                include?: "metadata";
                /** @description priority: the most urgent first, then the oldest; newest and oldest; updated: the latest change first */
                sort?: "priority" | "newest" | "oldest" | "updated";
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskWithMetadata"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 1 to 500 characters */
                    title: string;
                    /**
                     * @description Up to 64 KiB of text
                     * @default
                     */
                    description?: string;
                    /**
                     * @description 1 to 5, 5 the most urgent
                     * @default 3
                     */
                    priority?: number;
                    /** @default null */
                    effort_estimate?: number | null;
                    /** @description At most 50 tags of 1 to 64 characters */
                    tags?: string[];
                    /**
                     * @description Keys of 1 to 128 characters, values up to 64 KiB
                     * @default {}
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /**
                     * @description Hard prerequisites, by id or number
                     * @default []
                     */
                    depends_on?: (string | number)[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `reserved_key` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "reserved_key";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_search: {
        parameters: {
            query: {
                /** @description 1 to 200 characters */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_by_tag: {
        parameters: {
            query?: {
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                tag: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_get: {
        parameters: {
            query?: {
                /** @description Adds the metadata */
                include?: "metadata";
            };
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskWithMetadata"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description 1 to 500 characters */
                    title?: string;
                    /** @description Up to 64 KiB of text */
                    description?: string;
                    /** @description 1 to 5, 5 the most urgent */
                    priority?: number;
                    effort_estimate?: number | null;
                    /** @enum {string} */
                    status?: "ready" | "assigned" | "in_progress" | "completed" | "failed" | "split";
                    /**
                     * @description With status assigned
                     * @example bifrost-7
                     */
                    assigned_worker?: string;
                    /**
                     * @description Of the execution that a move to in_progress opens; "manual" unless given
                     * @example coder
                     */
                    agent_type?: string;
                    /** @description Of the live lease, for a final move */
                    lease_token?: number;
                    /**
                     * @description End a leased execution without its token; needs assign_tasks
                     * @default false
                     */
                    override?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_status_transition` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_status_transition";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `dependencies_unmet`, `lease_held` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "dependencies_unmet" | "lease_held";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_get_metadata: {
        parameters: {
            query?: {
                key?: string;
            };
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetadataEntry"] | {
                        [key: string]: string;
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found`, `metadata_key_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found" | "metadata_key_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_set_metadata: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    key: string;
                    value: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetadataEntry"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `reserved_key` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "reserved_key";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_delete_metadata: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found`, `metadata_key_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found" | "metadata_key_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `reserved_key` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "reserved_key";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_batch_metadata: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": (string | number)[];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: {
                            [key: string]: string;
                        };
                    };
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_set_tags: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": string[];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tags: string[];
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_custom_fields: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: string;
                        usage_count: number;
                        /** @description Written by its own operation alone */
                        reserved: boolean;
                    }[];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_graph: {
        parameters: {
            query?: {
                /** @description Only what is connected to this task (id or number) */
                root?: string | number;
                /** @description From the root: up to what it waits for, down to what waits for it, or both (the default) */
                direction?: "up" | "down" | "both";
                /** @description Steps from the root at most; without it, all */
                depth?: number;
                /** @description May repeat */
                status?: ("ready" | "assigned" | "in_progress" | "completed" | "failed" | "split")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DependencyGraph"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_list: {
        parameters: {
            query?: {
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DependencyWithTask"][];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_add: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description A task's id (UUID) or its number
                     * @example 1234
                     */
                    depends_on_task_id: string | number;
                    /**
                     * @description hard: the task cannot start before the prerequisite is completed; soft: advice only
                     * @default hard
                     * @enum {string}
                     */
                    dependency_type?: "hard" | "soft";
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dependency"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key`, `dependency_on_itself` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key" | "dependency_on_itself";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `dependency_exists`, `dependency_cycle`, `task_already_started` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "dependency_exists" | "dependency_cycle" | "task_already_started";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
                /** @description UUID */
                dependency_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found`, `dependency_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found" | "dependency_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_ready: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_blocks: {
        parameters: {
            query?: {
                /** @description Follow hard edges only, or all */
                type?: "hard" | "all";
            };
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Blocks"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dependencies_blocking_impact: {
        parameters: {
            query?: {
                /** @description Follow hard edges only, or all */
                type?: "hard" | "all";
            };
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockingImpact"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_claim: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The worker, in its own words
                     * @example bifrost-7
                     */
                    worker_id: string;
                    /**
                     * @description The kind of agent
                     * @example coder
                     */
                    agent_type: string;
                    /**
                     * @description At most so many tasks
                     * @default 1
                     */
                    count?: number;
                    /**
                     * @description Seconds until the lease ends unless extended
                     * @default 300
                     */
                    lease_seconds?: number;
                    /**
                     * @description How long to wait for something to do
                     * @default 0
                     */
                    wait_seconds?: number;
                    /** @description Only tasks that carry all of these tags */
                    tags?: string[];
                    /** @description Only tasks of this priority or more */
                    min_priority?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Claim"][];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_list: {
        parameters: {
            query?: {
                /** @description The kind of agent */
                agent_type?: string;
                /** @description The worker, in its own words */
                worker_id?: string;
                /** @description May repeat */
                outcome?: ("succeeded" | "failed" | "lost" | "released" | "preempted")[];
                /** @description A task's id (UUID) or its number */
                task_id?: string | number;
                /** @description true: those that run; false: those that have ended */
                open?: boolean;
                /** @description Begun then or later; RFC 3339 */
                since?: string;
                /** @description Begun then or earlier; RFC 3339 */
                until?: string;
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListedExecution"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_stale: {
        parameters: {
            query?: {
                /** @description Minutes */
                older_than_minutes?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        /** Format: uuid */
                        task_id: string;
                        agent_type: string;
                        worker_id: string;
                        parent_execution_id: string | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         * @example 2026-11-22T09:30:00.000000Z
                         */
                        started_at: string;
                        completed_at: string | null;
                        duration_seconds: number | null;
                        cost_dollars: number;
                        success: boolean | null;
                        /** @description null while it is open */
                        outcome: ("succeeded" | "failed" | "lost" | "released" | "preempted") | null;
                        error_message: string | null;
                        result: components["schemas"]["JsonValue"] | null;
                        progress: components["schemas"]["JsonValue"] | null;
                        note: string | null;
                        lease_expires_at: string | null;
                        task: components["schemas"]["Task"];
                        reasons: ("over_age" | "over_estimate")[];
                    }[];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        executions: components["schemas"]["Execution"][];
                        summary: {
                            total_attempts: number;
                            success_count: number;
                            failure_count: number;
                            total_cost: number;
                            /** @description Seconds; null with no finished attempt */
                            average_duration: number | null;
                        };
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_start: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The kind of agent
                     * @example coder
                     */
                    agent_type: string;
                    /**
                     * @description The worker, in its own words
                     * @example bifrost-7
                     */
                    worker_id: string;
                    /**
                     * Format: uuid
                     * @description The open execution beside which this one works
                     * @example 019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10
                     */
                    parent_execution_id?: string;
                    /** @description Without it the execution has no lease */
                    lease_seconds?: number;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        /** Format: uuid */
                        task_id: string;
                        agent_type: string;
                        worker_id: string;
                        parent_execution_id: string | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         * @example 2026-11-22T09:30:00.000000Z
                         */
                        started_at: string;
                        completed_at: string | null;
                        duration_seconds: number | null;
                        cost_dollars: number;
                        success: boolean | null;
                        /** @description null while it is open */
                        outcome: ("succeeded" | "failed" | "lost" | "released" | "preempted") | null;
                        error_message: string | null;
                        result: components["schemas"]["JsonValue"] | null;
                        progress: components["schemas"]["JsonValue"] | null;
                        note: string | null;
                        lease_expires_at: string | null;
                        lease?: components["schemas"]["Lease"];
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found`, `execution_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found" | "execution_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `task_not_startable`, `execution_open`, `assigned_to_other_worker`, `dependencies_unmet` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "task_not_startable" | "execution_open" | "assigned_to_other_worker" | "dependencies_unmet";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An execution's id (UUID), or its task's number and its lease's token: 17-3 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `execution_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "execution_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_complete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description An execution's id (UUID), or its task's number and its lease's token: 17-3 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    success: boolean;
                    /**
                     * @description Dollars, kept to a millionth
                     * @default 0
                     * @example 0.042
                     */
                    cost_dollars?: number;
                    error_message?: string;
                    /** @description JSON for later tasks to read, at most 64 KiB */
                    result?: components["schemas"]["JsonValue"];
                    /** @description The fencing token that the claim gave; grows with every claim of the task */
                    lease_token?: number;
                    /** @description Claim what is next in the same round trip */
                    claim_next?: {
                        /**
                         * @description The worker, in its own words
                         * @example bifrost-7
                         */
                        worker_id?: string;
                        /**
                         * @description The kind of agent
                         * @example coder
                         */
                        agent_type?: string;
                        /**
                         * @description At most so many tasks
                         * @default 1
                         */
                        count?: number;
                        /**
                         * @description Seconds until the lease ends unless extended
                         * @default 300
                         */
                        lease_seconds?: number;
                        /** @description Only tasks that carry all of these tags */
                        tags?: string[];
                        /** @description Only tasks of this priority or more */
                        min_priority?: number;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        /** Format: uuid */
                        task_id: string;
                        agent_type: string;
                        worker_id: string;
                        parent_execution_id: string | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         * @example 2026-11-22T09:30:00.000000Z
                         */
                        started_at: string;
                        completed_at: string | null;
                        duration_seconds: number | null;
                        cost_dollars: number;
                        success: boolean | null;
                        /** @description null while it is open */
                        outcome: ("succeeded" | "failed" | "lost" | "released" | "preempted") | null;
                        error_message: string | null;
                        result: components["schemas"]["JsonValue"] | null;
                        progress: components["schemas"]["JsonValue"] | null;
                        note: string | null;
                        lease_expires_at: string | null;
                        next?: components["schemas"]["Claim"][];
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `execution_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "execution_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `execution_completed`, `lease_held`, `lease_lost` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "execution_completed" | "lease_held" | "lease_lost";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_complete_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description An execution's id (UUID), or its task's number and its lease's token: 17-3
                     * @example 019aaf40-1f6b-7a31-8a7e-5d0c6b1f4e22
                     * @example 17-3
                     */
                    execution_id: string;
                    success: boolean;
                    /**
                     * @description Dollars, kept to a millionth
                     * @default 0
                     * @example 0.042
                     */
                    cost_dollars?: number;
                    error_message?: string;
                    /** @description JSON for later tasks to read, at most 64 KiB */
                    result?: components["schemas"]["JsonValue"];
                    /** @description The fencing token that the claim gave; grows with every claim of the task */
                    lease_token?: number;
                }[];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletedOfBatch"][];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_heartbeat: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description An execution's id (UUID), or its task's number and its lease's token: 17-3 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The fencing token that the claim gave; grows with every claim of the task */
                    lease_token: number;
                    /** @description Seconds from now; the lease's own length unless given */
                    lease_seconds?: number;
                    /** @description Any JSON, at most 16 KiB */
                    progress?: components["schemas"]["JsonValue"];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         * @example 2026-11-22T09:30:00.000000Z
                         */
                        expires_at: string;
                        stop: string | null;
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `execution_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "execution_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `execution_completed`, `lease_lost`, `no_lease` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "execution_completed" | "lease_lost" | "no_lease";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_release: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description An execution's id (UUID), or its task's number and its lease's token: 17-3 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The fencing token that the claim gave; grows with every claim of the task */
                    lease_token?: number;
                    /** @description A note for whoever takes the task next */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `execution_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "execution_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `execution_completed`, `lease_held`, `lease_lost` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "execution_completed" | "lease_held" | "lease_lost";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    executions_agent_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The kind of agent */
                agent_type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        agent_type: string;
                        metrics: {
                            last_hour: components["schemas"]["ExecutionFigures"];
                            last_day: components["schemas"]["ExecutionFigures"];
                            all_time: components["schemas"]["ExecutionFigures"];
                        };
                    };
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_create_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchItem"][];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key`, `batch_too_large` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key" | "batch_too_large";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `dependency_cycle`, `reserved_key` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "dependency_cycle" | "reserved_key";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_assign: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The worker, in its own words
                     * @example bifrost-7
                     */
                    worker_id: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key`, `invalid_status_transition` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key" | "invalid_status_transition";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `dependencies_unmet` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "dependencies_unmet";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_estimate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Minutes */
                    effort_minutes: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_release: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The fencing token that the claim gave; grows with every claim of the task */
                    lease_token?: number;
                    /**
                     * @description Without the token; needs assign_tasks
                     * @default false
                     */
                    override?: boolean;
                    /** @description A note for whoever takes the task next */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `nothing_to_release`, `lease_held` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "nothing_to_release" | "lease_held";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `not_failed` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "not_failed";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_brief: {
        parameters: {
            query?: {
                /** @description The answer is at most so long, by the estimate of 4 bytes of its JSON a token */
                max_tokens?: number;
                /** @description Only these parts; may repeat. All unless given */
                fields?: ("description" | "attempts" | "prerequisites" | "metadata")[];
            };
            header?: never;
            path: {
                /** @description A task's id (UUID) or its number */
                task_id: string | number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Brief"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `task_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "task_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description A user's id, a name that they have or had, `operator` or `system` */
                actor?: string;
                /** @description Such as task */
                entity_type?: string;
                /** @description UUID */
                entity_id?: string;
                /** @description May repeat; `task.*` stands for all of tasks */
                event_type?: string[];
                /** @description RFC 3339; this moment included */
                since?: string;
                /** @description RFC 3339; this moment included */
                until?: string;
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordRow"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    audit_follow_events: {
        parameters: {
            query?: {
                /** @description The sequence of the last event seen */
                after?: number;
                /** @description Events an answer */
                limit?: number;
                /** @description May repeat; `task.*` stands for all of tasks */
                types?: string[];
                /** @description Seconds to wait for an event where there is none yet */
                wait_seconds?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"][];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    audit_list_event_types: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        description: string;
                    }[];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_list: {
        parameters: {
            query?: {
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            /** @description `validation_failed`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description http or https, to a public address unless the settings allow others; up to 2048 characters
                     * @example https://example.com/hooks/cairn
                     */
                    url: string;
                    /**
                     * @description Names of event types, `task.*` for all of tasks, or `*` for all there are or will be
                     * @example [
                     *       "task.*"
                     *     ]
                     */
                    event_types: string[];
                    /**
                     * @description whsec_ and the base64 of 24 to 64 bytes; made by the server unless given
                     * @example whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
                     */
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key`, `address_refused` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key" | "address_refused";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `conflict`, `idempotency_in_flight`, `too_many_webhooks` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "too_many_webhooks";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_verify: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The raw body, exactly as it came */
                    payload: string;
                    /** @description The value of X-Webhook-Signature; or, with id and timestamp, that of webhook-signature */
                    signature: string;
                    /** @description The webhook's secret, as it was shown */
                    secret: string;
                    /** @description The value of webhook-id */
                    id?: string;
                    /** @description The value of webhook-timestamp: Unix seconds */
                    timestamp?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        valid: boolean;
                    };
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, without a body */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_update: {
        parameters: {
            query?: {
                /** @description With active=true: from there on, not from now on */
                since?: string;
            };
            header?: {
                /** @description Change only this version: `"3"`, `3`, or `*` for any. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description http or https, to a public address unless the settings allow others; up to 2048 characters
                     * @example https://example.com/hooks/cairn
                     */
                    url?: string;
                    /**
                     * @description Names of event types, `task.*` for all of tasks, or `*` for all there are or will be
                     * @example [
                     *       "task.*"
                     *     ]
                     */
                    event_types?: string[];
                    /** @description false: nothing more is sent; true: what happens from now on is */
                    active?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `invalid_if_match`, `address_refused` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "invalid_if_match" | "address_refused";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: What is stored changed in the same moment; read it again. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `version_mismatch`: If-Match names another version than the one that stands; `current_version` is that. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "version_mismatch";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`: A rule that the database keeps refuses the change. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_rotate_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description whsec_ and the base64 of 24 to 64 bytes; made by the server unless given
                     * @example whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
                     */
                    secret?: string;
                    /**
                     * @description Hours in which the secret before signs as well
                     * @default 24
                     */
                    overlap_hours?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_redeliver: {
        parameters: {
            query: {
                /** @description A sequence: what comes after it. Or a time (RFC 3339): what happened from then on */
                since: string;
            };
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        webhook_id: string;
                        /** @description The sequence after which everything is sent */
                        after: number;
                        /** @description How many events of its types lie after it by now */
                        events: number;
                    };
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `webhook_inactive` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "webhook_inactive";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_list_deliveries: {
        parameters: {
            query?: {
                /** @description May repeat; `task.*` stands for all of tasks */
                event_type?: string[];
                /** @description UUID */
                event_id?: string;
                /** @description failed: not delivered; pending: those of them that are still to be tried again */
                status?: "delivered" | "failed" | "pending";
                /** @description RFC 3339; this moment included */
                since?: string;
                /** @description RFC 3339; this moment included */
                until?: string;
                /** @description Rows a page */
                limit?: number;
                /** @description Rows to leave out; prefer cursor */
                offset?: number;
                /** @description Opaque: where the next page begins, taken from the Link header of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description UUID */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"][];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_cursor`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_cursor" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_get_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                webhook_id: string;
                /** @description UUID */
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryWithPayload"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found`, `delivery_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found" | "delivery_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    webhooks_redeliver_event: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description UUID */
                webhook_id: string;
                /** @description UUID */
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            /** @description `validation_failed`, `invalid_id`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_id" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `webhook_not_found`, `delivery_not_found` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "webhook_not_found" | "delivery_not_found";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`, `idempotency_in_flight`, `event_gone` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight" | "event_gone";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    event_stores_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventStore"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `event_store_not_set` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "event_store_not_set";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    imports_run: {
        parameters: {
            query?: {
                /** @description Change nothing, and report the same */
                dry_run?: boolean;
                /** @description Change nothing where a line is broken, or an edge is dangling or closes a loop */
                strict?: boolean;
                /** @description New tasks become ready, also those that are closed in the source */
                reopen?: boolean;
            };
            header?: {
                /** @description Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description What the source is */
                format: "beads" | "markdown" | "linear" | "github";
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "text/plain": string;
                "text/markdown": string;
                "text/csv": string;
                "application/x-ndjson": string;
                "application/jsonl": string;
                "application/json": string | unknown[] | {
                    [key: string]: unknown;
                };
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                    "application/x-ndjson": {
                        progress: {
                            done: number;
                            total: number;
                        };
                    } | {
                        status: number;
                        body: components["schemas"]["ImportReport"] | components["schemas"]["Problem"];
                    };
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_json`, `malformed_request`, `precondition_not_supported`, `invalid_idempotency_key`, `import_unreadable` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_json" | "malformed_request" | "precondition_not_supported" | "invalid_idempotency_key" | "import_unreadable";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `conflict`, `idempotency_in_flight` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "conflict" | "idempotency_in_flight";
                    } & components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `constraint_violated`, `idempotency_key_reused`, `import_refused` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "constraint_violated" | "idempotency_key_reused" | "import_refused";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    verify_run: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyReport"];
                    "application/x-ndjson": {
                        progress: {
                            done: number;
                            total: number;
                        };
                    } | {
                        status: number;
                        body: components["schemas"]["VerifyReport"] | components["schemas"]["Problem"];
                    };
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description `verification_running` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "verification_running";
                    } & components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    dashboard_get: {
        parameters: {
            query?: {
                /** @description How far back throughput, agents and recent completions go; a year at most */
                hours?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dashboard"];
                };
            };
            /** @description `validation_failed`, `invalid_value`, `invalid_text`, `malformed_request` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "validation_failed" | "invalid_value" | "invalid_text" | "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
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
            /** @description Alive */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        database: "ok";
                        uptime_seconds: number;
                    };
                };
            };
            /** @description `malformed_request`: The request is not well-formed HTTP, or was cut short. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: A probe found that the database does not answer. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "database_unavailable";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ready";
                        leads: boolean;
                    };
                };
            };
            /** @description `malformed_request`: The request is not well-formed HTTP, or was cut short. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `draining` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "database_unavailable" | "draining";
                    } & components["schemas"]["Problem"];
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
            /** @description Metrics */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `malformed_request`: The request is not well-formed HTTP, or was cut short. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code?: "malformed_request";
                    } & components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            429: components["responses"]["TooManyRequests"];
        };
    };
}
