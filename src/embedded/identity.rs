//! Keystone: tokens, catalogue, projects and application credentials (Identity API v3).

use serde_json::{Value as Json, json};

use super::context::{Caller, Context, shown};
use super::exchange::{Reply, Request};
use super::fault::Fault;
use super::operation::{Operation, Service};
use super::time::micros;
use super::world::{Row, World};

/// The region's name.
pub const REGION: &str = "RegionOne";
/// The password of every seeded user: this cloud holds nothing worth a better one.
pub const PASSWORD: &str = "embedded";
/// The plain member: a user, and the project that it is a member of.
pub const MEMBER: &str = "tenant";
/// That project's id, the same in every such cloud.
pub const MEMBER_PROJECT: &str = "000000000000000000000000000007e0";

pub(super) static OPERATIONS: &[Operation] = &[
    Operation::new("GET", "/", "List API versions", versions).open(),
    Operation::new("POST", "/auth/tokens", "Password, token and application credential authentication", issue).open(),
    Operation::new("GET", "/auth/tokens", "Validate and show information for token", show),
    Operation::new("DELETE", "/auth/tokens", "Revoke token", revoke),
    Operation::new("GET", "/auth/catalog", "Get service catalog", catalogue),
    Operation::new("GET", "/auth/projects", "Get available project scopes", projects),
    Operation::new("GET", "/projects", "List projects", projects),
    Operation::new("GET", "/projects/{id}", "Show project details", project),
    Operation::new("GET", "/users/{user}/application_credentials", "List application credentials", credentials),
    Operation::new("POST", "/users/{user}/application_credentials", "Create application credential", create_credential),
    Operation::new(
        "GET",
        "/users/{user}/application_credentials/{id}",
        "Show application credential details",
        credential,
    ),
    Operation::new(
        "DELETE",
        "/users/{user}/application_credentials/{id}",
        "Delete application credential",
        delete_credential,
    ),
];

/// The projects and users of a new cloud: `admin`, and `tenant`, a plain member.
pub(super) fn seed(world: &mut World) {
    for (id, name, roles) in [
        ("00000000000000000000000000000ad1", "admin", json!(["admin", "member", "reader"])),
        (MEMBER_PROJECT, MEMBER, json!(["member", "reader", "load-balancer_member", "swiftoperator"])),
    ] {
        let project = json!({"id": id, "name": name, "domain_id": "default", "enabled": true, "is_domain": false,
            "parent_id": "default", "description": "", "tags": [], "options": {}});
        let user =
            json!({"id": format!("u{}", &id[1..]), "name": name, "password": PASSWORD, "project": id, "roles": roles});
        put(world, "projects", id, project);
        put(world, "users", &format!("u{}", &id[1..]), user);
    }
}

fn put(world: &mut World, table: &str, id: &str, row: Json) {
    if let Json::Object(row) = row {
        world.put(table, id, row);
    }
}

/// Who asks, by the request's token; tokens end, and are revoked.
pub(super) fn caller(world: &World, now: i64, request: &Request) -> Result<Caller, ()> {
    let row = request.header("x-auth-token").and_then(|token| world.get("tokens", token)).ok_or(())?;
    if row["_expires"].as_i64().unwrap_or(0) <= now {
        return Err(());
    }
    let roles = row["_roles"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Ok(Caller { user: text("_user"), project: text("_project"), roles })
}

/// What each service's token filter answers.
pub(super) fn unauthorized(service: Service) -> Reply {
    let message = "The request you have made requires authentication.";
    let reply = match service {
        Service::Identity | Service::Image => Fault::new(401, message).reply(service),
        Service::ObjectStore => Fault::new(
            401,
            "This server could not verify that you are authorized to access the document you requested.",
        )
        .reply(service),
        Service::Compute | Service::Network | Service::LoadBalancer => {
            Reply::json(401, &json!({"error": {"code": 401, "title": "Unauthorized", "message": message}}))
        }
    };
    reply.header("WWW-Authenticate", "Keystone uri=\"/v3\"")
}

fn versions(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let href = format!("{}/v3/", context.base());
    let version = json!({"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": href}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]});
    Ok(if context.request.path == "/" {
        Reply::json(300, &json!({"versions": {"values": [version]}}))
    } else {
        Reply::json(200, &json!({"version": version}))
    })
}

fn issue(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let auth = Json::Object(context.body_of("auth")?);
    let identity = &auth["identity"];
    let methods: Vec<&str> = identity["methods"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let denied = || Fault::new(401, "The request you have made requires authentication.");
    let (user, method, bound) = match methods.as_slice() {
        ["password"] => (by_password(context, &identity["password"]["user"]).ok_or_else(denied)?, "password", None),
        ["token"] => {
            let token = identity["token"]["id"].as_str().unwrap_or_default().to_owned();
            let row =
                context.world.get("tokens", &token).filter(|row| row["_expires"].as_i64().unwrap_or(0) > context.now);
            let user = row.and_then(|row| row["_user"].as_str()).and_then(|id| context.world.get("users", id));
            (user.cloned().ok_or_else(denied)?, "token", None)
        }
        ["application_credential"] => {
            let (user, project) = by_credential(context, &identity["application_credential"]).ok_or_else(denied)?;
            (user, "application_credential", Some(project))
        }
        _ => {
            return Err(Fault::new(
                400,
                "Expecting to find methods in identity: password, token or application_credential.",
            ));
        }
    };
    let wanted = &auth["scope"]["project"];
    let home = user["project"].as_str().unwrap_or_default().to_owned();
    let project = match (&bound, wanted["id"].as_str(), wanted["name"].as_str()) {
        (Some(bound), _, _) => bound.clone(),
        (None, Some(id), _) => id.to_owned(),
        (None, None, Some(name)) => named(context.world, "projects", name).ok_or_else(denied)?,
        (None, None, None) => home.clone(),
    };
    let admin = user["roles"].as_array().into_iter().flatten().any(|role| role == "admin");
    if project != home && !admin {
        return Err(denied());
    }
    let scope = context.world.get("projects", &project).cloned().ok_or_else(denied)?;
    let token = format!("gAAAAA{}{}", context.uuid().replace('-', ""), context.uuid().replace('-', ""));
    let expires = context.now + context.settings.token_seconds * 1000;
    let roles: Vec<Json> =
        user["roles"].as_array().into_iter().flatten().map(|role| json!({"id": role, "name": role})).collect();
    let domain = json!({"id": "default", "name": "Default"});
    let mut shown = json!({
        "methods": [method],
        "user": {"domain": domain, "id": user["id"], "name": user["name"], "password_expires_at": null},
        "audit_ids": [context.uuid()],
        "expires_at": micros(expires), "issued_at": micros(context.now),
        "project": {"domain": domain, "id": project, "name": scope["name"]},
        "is_domain": false, "roles": roles, "catalog": catalogue_of(context, &project),
    });
    let mut row = Row::new();
    row.insert("_user".into(), user["id"].clone());
    row.insert("_project".into(), Json::from(project));
    row.insert("_roles".into(), user["roles"].clone());
    row.insert("_expires".into(), Json::from(expires));
    row.insert("token".into(), shown.clone());
    context.world.put("tokens", &token, row);
    if context.request.parameter("nocatalog").is_some() {
        shown.as_object_mut().map(|token| token.remove("catalog"));
    }
    Ok(Reply::json(201, &json!({"token": shown})).header("X-Subject-Token", token).header("Vary", "X-Auth-Token"))
}

fn named(world: &World, table: &str, name: &str) -> Option<String> {
    let row = world.rows(table).into_iter().find(|row| row["name"] == name)?;
    row["id"].as_str().map(str::to_owned)
}

fn by_password(context: &Context<'_>, given: &Json) -> Option<Row> {
    let id = match (given["id"].as_str(), given["name"].as_str()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(name)) => named(context.world, "users", name)?,
        (None, None) => return None,
    };
    context.world.get("users", &id).filter(|user| user["password"] == given["password"]).cloned()
}

fn by_credential(context: &Context<'_>, given: &Json) -> Option<(Row, String)> {
    let rows = context.world.rows("application_credentials");
    let found = rows.into_iter().find(|row| {
        let same = match given["id"].as_str() {
            Some(id) => row["id"] == id,
            None => row["name"] == given["name"] && is_user(context.world, &row["_user"], &given["user"]),
        };
        same && row["_secret"] == given["secret"]
    })?;
    let user = context.world.get("users", found["_user"].as_str()?)?.clone();
    Some((user, found["project_id"].as_str()?.to_owned()))
}

fn is_user(world: &World, id: &Json, given: &Json) -> bool {
    let user = id.as_str().and_then(|id| world.get("users", id));
    user.is_some_and(|user| user["id"] == given["id"] || user["name"] == given["name"])
}

fn catalogue_of(context: &Context<'_>, project: &str) -> Json {
    let there = |service: &Service| context.settings.object_store || *service != Service::ObjectStore;
    let entries = Service::ALL.into_iter().filter(there).map(|service| {
        let tail = service.endpoint_tail().replace("%(project_id)s", project);
        let url = format!("{}{}{tail}", context.base(), service.prefix());
        let endpoints: Vec<Json> = ["public", "internal", "admin"]
            .into_iter()
            .map(|interface| {
                json!({"id": format!("{}-{interface}", service.project()), "interface": interface,
                    "region": REGION, "region_id": REGION, "url": url})
            })
            .collect();
        json!({"id": service.project(), "type": service.catalogue_type(), "name": service.project(), "endpoints": endpoints})
    });
    Json::Array(entries.collect())
}

fn subject(context: &Context<'_>) -> Result<(String, Row), Fault> {
    let token = context.request.header("x-subject-token").unwrap_or_default();
    match context.world.get("tokens", token) {
        Some(row) if row["_expires"].as_i64().unwrap_or(0) > context.now => Ok((token.to_owned(), row.clone())),
        _ => Err(Fault::new(404, "This is not a recognized Fernet token.")),
    }
}

fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (token, row) = subject(context)?;
    Ok(Reply::json(200, &json!({"token": row["token"]})).header("X-Subject-Token", token))
}

fn revoke(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (token, _) = subject(context)?;
    context.world.remove("tokens", &token);
    Ok(Reply::empty(204))
}

fn catalogue(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = context.caller.project.clone();
    Ok(Reply::json(200, &json!({"catalog": catalogue_of(context, &project), "links": {"self": null}})))
}

fn projects(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let all = context.request.path.ends_with("/v3/projects");
    if all && !context.caller.is_admin() {
        return Err(forbidden("identity:list_projects"));
    }
    let name = context.request.parameter("name");
    let rows = context.world.rows("projects").into_iter().filter(|row| {
        (all || row["id"] == context.caller.project.as_str()) && name.is_none_or(|name| row["name"] == name)
    });
    let rows: Vec<Json> = rows.map(|row| Json::Object(shown(row))).collect();
    Ok(Reply::json(200, &json!({"projects": rows, "links": {"next": null, "self": null, "previous": null}})))
}

fn project(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    if id != context.caller.project && !context.caller.is_admin() {
        return Err(forbidden("identity:get_project"));
    }
    match context.world.get("projects", &id) {
        Some(row) => Ok(Reply::json(200, &json!({"project": shown(row)}))),
        None => Err(Fault::new(404, format!("Could not find project: {id}."))),
    }
}

fn forbidden(rule: &str) -> Fault {
    Fault::new(403, format!("You are not authorized to perform the requested action: {rule}."))
}

fn own(context: &Context<'_>) -> Result<String, Fault> {
    let user = context.parameter("user");
    if user == context.caller.user { Ok(user) } else { Err(forbidden("identity:list_application_credentials")) }
}

/// An application credential as it is shown, with the link to itself.
fn linked(context: &Context<'_>, row: &Row) -> Row {
    let mut seen = shown(row);
    let id = row["id"].as_str().unwrap_or_default();
    seen.insert("links".into(), json!({"self": format!("{}/v3/application_credentials/{id}", context.base())}));
    seen
}

fn credentials(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let user = own(context)?;
    let rows = context.world.rows("application_credentials").into_iter().filter(|row| row["_user"] == user.as_str());
    let rows: Vec<Json> = rows.map(|row| Json::Object(linked(context, row))).collect();
    let all = format!("{}{}", context.base(), context.request.path);
    let links = json!({"next": null, "self": all, "previous": null});
    Ok(Reply::json(200, &json!({"application_credentials": rows, "links": links})))
}

fn create_credential(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let user = own(context)?;
    let given = context.body_of("application_credential")?;
    let Some(name) = given.get("name").and_then(Json::as_str) else {
        return Err(Fault::new(400, "'name' is a required property"));
    };
    let taken = context
        .world
        .rows("application_credentials")
        .into_iter()
        .any(|row| row["_user"] == user.as_str() && row["name"] == name);
    if taken {
        return Err(Fault::new(
            409,
            format!(
                "Conflict occurred attempting to store application_credential - Duplicate entry found with name {name}."
            ),
        ));
    }
    let id = context.uuid().replace('-', "");
    let secret = given.get("secret").and_then(Json::as_str).map_or_else(|| context.uuid(), str::to_owned);
    let roles: Vec<Json> = context
        .caller
        .roles
        .iter()
        .map(|role| {
            let options = if role == "member" || role == "reader" { json!({"immutable": true}) } else { json!({}) };
            json!({"id": role, "name": role, "domain_id": null, "description": null, "options": options})
        })
        .collect();
    let row = json!({"id": id, "name": name, "description": given.get("description"), "user_id": user,
        "project_id": context.caller.project, "system": null, "expires_at": given.get("expires_at"),
        "unrestricted": given.get("unrestricted"), "roles": roles, "_user": user, "_secret": secret});
    put(context.world, "application_credentials", &id, row);
    let mut answer =
        context.world.get("application_credentials", &id).map(|row| linked(context, row)).unwrap_or_default();
    answer.insert("secret".into(), Json::from(secret));
    Ok(Reply::json(201, &json!({"application_credential": answer})))
}

fn credential(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (user, id) = (own(context)?, context.parameter("id"));
    match context.world.get("application_credentials", &id).filter(|row| row["_user"] == user.as_str()) {
        Some(row) => Ok(Reply::json(200, &json!({"application_credential": linked(context, row)}))),
        None => Err(Fault::new(404, format!("Could not find Application Credential: {id}."))),
    }
}

fn delete_credential(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let found = credential(context)?;
    if found.status == 200 {
        context.world.remove("application_credentials", &context.parameter("id"));
    }
    Ok(Reply::empty(204))
}
