//! What a client may say of a resource: every attribute of a body is known, allowed, of the right form, and converted.

use serde_json::{Value as Json, json};

use super::checks::{Check, convert};
use super::kinds::Kind;
use super::rows::disallowed;
use crate::embedded::context::Caller;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// Whether a body creates or changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `POST`.
    Create,
    /// `PUT`.
    Update,
}

/// One attribute.
#[derive(Clone, Copy)]
pub struct Attribute {
    name: &'static str,
    create: bool,
    required: bool,
    update: bool,
    /// JSON; empty where the kind's own code decides.
    default: &'static str,
    guarded: (bool, bool),
    check: Check,
}

/// May be given and changed.
pub const fn value(name: &'static str, default: &'static str, check: Check) -> Attribute {
    Attribute { name, create: true, required: false, update: true, default, guarded: (false, false), check }
}

/// May be given, not changed.
pub const fn fixed(name: &'static str, default: &'static str, check: Check) -> Attribute {
    Attribute { update: false, ..value(name, default, check) }
}

/// Must be given, may not be changed.
pub const fn needed(name: &'static str, check: Check) -> Attribute {
    Attribute { required: true, ..fixed(name, "", check) }
}

/// The cloud's own.
pub const fn shown(name: &'static str) -> Attribute {
    Attribute { create: false, ..fixed(name, "", Check::TextOrNone) }
}

impl Attribute {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its form.
    pub const fn check(&self) -> Check {
        self.check
    }

    /// Only the administrator may give it.
    pub const fn guarded(self) -> Self {
        Self { guarded: (true, true), ..self }
    }

    /// Only the administrator may change it.
    pub const fn guarded_in_put(self) -> Self {
        Self { guarded: (false, true), ..self }
    }

    /// May only be changed.
    pub const fn not_in_post(self) -> Self {
        Self { create: false, ..self }
    }

    /// May not be changed.
    pub const fn unchanging(self) -> Self {
        Self { update: false, ..self }
    }
}

const STANDARD: [&str; 6] = ["created_at", "updated_at", "revision_number", "tags", "tenant_id", "project_id"];

/// What lists cannot be filtered by.
const UNFILTERED: [&str; 15] = [
    "subnets",
    "external_gateway_info",
    "routes",
    "allocation_pools",
    "dns_nameservers",
    "host_routes",
    "service_types",
    "allowed_address_pairs",
    "extra_dhcp_opts",
    "binding:profile",
    "binding:vif_details",
    "resource_request",
    "security_group_rules",
    "port_details",
    "availability_zones",
];

/// Whether lists of the kind can be filtered by that name.
pub fn is_filter(kind: &Kind, name: &str) -> bool {
    is_known(kind, name) && !UNFILTERED.contains(&name)
}

/// Whether bodies may name it, and lists be sorted by it.
pub fn is_known(kind: &Kind, name: &str) -> bool {
    STANDARD.contains(&name) || kind.attributes.iter().any(|attribute| attribute.name == name)
}

/// A body's attributes, checked, converted, and on creation with the defaults; `project_id` too on creation.
pub fn take(kind: &Kind, mut given: Row, verb: Verb, caller: &Caller) -> Result<Row, Fault> {
    let wrong = |message: String| Fault::new(400, message);
    let mut taken = Row::new();
    if verb == Verb::Create {
        let owner = [given.remove("project_id"), given.remove("tenant_id")].into_iter().flatten().next();
        let owner = owner.and_then(|owner| owner.as_str().map(str::to_owned)).unwrap_or_else(|| caller.project.clone());
        if owner != caller.project && !caller.is_admin() {
            return Err(wrong("Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges".into()));
        }
        taken.insert("project_id".to_owned(), json!(owner));
    }
    let unknown: Vec<&str> = given.keys().map(String::as_str).filter(|name| !is_known(kind, name)).collect();
    if !unknown.is_empty() {
        return Err(wrong(format!("Unrecognized attribute(s) '{}'", unknown.join(", "))));
    }
    let of = |name: &str| kind.attributes.iter().find(|attribute| attribute.name == name);
    match verb {
        Verb::Create => {
            for attribute in kind.attributes.iter().filter(|one| one.required) {
                if !given.contains_key(attribute.name) {
                    let name = attribute.name;
                    return Err(wrong(format!("Failed to parse request. Required attribute '{name}' not specified")));
                }
            }
            if let Some(name) = given.keys().find(|name| !of(name).is_some_and(|one| one.create)) {
                return Err(wrong(format!("Attribute '{name}' not allowed in POST")));
            }
        }
        Verb::Update => {
            if let Some(name) = given.keys().find(|name| !of(name).is_some_and(|one| one.update)) {
                return Err(wrong(format!("Cannot update read-only attribute {name}")));
            }
        }
    }
    let mut refused = Vec::new();
    for attribute in kind.attributes {
        let name = attribute.name;
        let default = serde_json::from_str::<Json>(attribute.default).ok();
        match given.remove(name) {
            Some(value) => {
                let value = convert(attribute.check, name, value)?;
                let guarded = if verb == Verb::Create { attribute.guarded.0 } else { attribute.guarded.1 };
                if guarded && (verb == Verb::Update || default.as_ref() != Some(&value)) {
                    refused.push(name.to_owned());
                }
                taken.insert(name.to_owned(), value);
            }
            None if verb == Verb::Create && attribute.create => {
                taken.extend(default.map(|default| (name.to_owned(), default)));
            }
            None => {}
        }
    }
    let action = if verb == Verb::Create { "create" } else { "update" };
    let rule = format!("rule:{action}_{}", kind.singular);
    if let Some(gateway) = taken.get("external_gateway_info").and_then(Json::as_object) {
        let parts: Vec<String> = ["network_id", "enable_snat", "external_fixed_ips"]
            .into_iter()
            .filter(|part| gateway.contains_key(*part))
            .map(|part| format!("{rule}:external_gateway_info:{part}"))
            .collect();
        if parts.len() > 1 && !caller.is_admin() {
            return Err(disallowed(&format!(
                "({rule} and ({rule}:external_gateway_info and ({})))",
                parts.join(" and ")
            )));
        }
    }
    if !refused.is_empty() && !caller.is_admin() {
        let all = refused.iter().fold(rule.clone(), |all, name| format!("({all} and {rule}:{name})"));
        return Err(disallowed(&all));
    }
    Ok(taken)
}
