//! Bindings in the forms that platforms take. Secrets' values come in from outside: whoever gives none has their names shown.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::desired::{Binding, Bucket};
use crate::model::{Role, SecretName};

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Variables for a shell.
    Env,
    /// Kubernetes' Secrets.
    Kubernetes,
    /// Cloud Foundry's user-provided services.
    CloudFoundry,
    /// JDBC's URLs, one a line, of the databases.
    Jdbc,
}

/// A binding's fields, in order: `(URL, …)`, `(HOST, …)`.
fn fields(binding: &Binding, secret: &dyn Fn(&SecretName) -> String) -> Vec<(&'static str, String)> {
    let host = binding.hosts.first().map(ToString::to_string).unwrap_or_default();
    let (port, password) = (binding.port, secret(&binding.secret));
    let user = binding.user.unwrap_or_default();
    let at = format!("{host}:{port}");
    let url = match binding.role {
        Role::Database => {
            format!("{}://{user}:{password}@{at}/{}", binding.service, binding.database.unwrap_or_default())
        }
        Role::Queue => format!("amqp://{user}:{password}@{at}/"),
        Role::Cache => format!("redis://:{password}@{at}"),
        _ => format!("http://{at}"),
    };
    let mut fields = vec![("url", url), ("host", host), ("port", port.to_string())];
    if binding.hosts.len() > 1 {
        let all: Vec<String> = binding.hosts.iter().map(|host| format!("{host}:{port}")).collect();
        fields.push(("hosts", all.join(",")));
    }
    fields.extend(binding.database.map(|name| ("database", name.to_owned())));
    fields.extend(binding.user.map(|name| ("username", name.to_owned())));
    fields.push((if binding.role == Role::Gateway { "api_key" } else { "password" }, password));
    if binding.role == Role::Database {
        fields.push(("jdbc_url", jdbc(binding)));
    }
    fields
}

/// The URL has no user in it: drivers take them beside it.
fn jdbc(binding: &Binding) -> String {
    let host = binding.hosts.first().map(ToString::to_string).unwrap_or_default();
    format!("jdbc:{}://{host}:{}/{}", binding.service, binding.port, binding.database.unwrap_or_default())
}

/// The bindings in that form. `prefix` is the environment's name as resources have it.
pub fn bindings_text(
    bindings: &[Binding],
    buckets: &[Bucket],
    format: Format,
    prefix: &str,
    secret: &dyn Fn(&SecretName) -> String,
) -> String {
    let mut out = String::new();
    let all: Vec<(&str, Vec<(&str, String)>)> = bindings
        .iter()
        .map(|binding| (binding.tier.as_str(), fields(binding, secret)))
        .chain(buckets.iter().map(|bucket| (bucket.name.as_str(), vec![("container", bucket.container.clone())])))
        .collect();
    match format {
        Format::Env => {
            for (name, fields) in &all {
                for (field, value) in fields {
                    let name = format!("{name}_{field}").to_uppercase().replace(['-', '.'], "_");
                    let _ = writeln!(out, "{name}='{value}'");
                }
            }
        }
        Format::Kubernetes => {
            for (name, fields) in &all {
                let _ = writeln!(out, "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {prefix}-{name}");
                out.push_str("type: Opaque\nstringData:\n");
                for (field, value) in fields {
                    // JSON's texts are YAML's.
                    let _ = writeln!(out, "  {}: {}", field.replace('_', "-"), Json::from(value.as_str()));
                }
            }
        }
        Format::CloudFoundry => {
            let services: Vec<Json> = all
                .iter()
                .map(|(name, fields)| {
                    let credentials: serde_json::Map<String, Json> =
                        fields.iter().map(|(field, value)| ((*field).to_owned(), value.as_str().into())).collect();
                    json!({ "name": format!("{prefix}-{name}"), "credentials": credentials })
                })
                .collect();
            let _ = writeln!(out, "{:#}", json!({ "user-provided": services }));
        }
        Format::Jdbc => {
            for binding in bindings.iter().filter(|binding| binding.role == Role::Database) {
                let (user, password) = (binding.user.unwrap_or_default(), secret(&binding.secret));
                let _ = writeln!(out, "{}?user={user}&password={password}", jdbc(binding));
            }
        }
    }
    out
}

/// The bindings as JSON.
pub fn bindings_json(bindings: &[Binding], buckets: &[Bucket], secret: &dyn Fn(&SecretName) -> String) -> Json {
    let one = |binding: &Binding| {
        let fields: serde_json::Map<String, Json> =
            fields(binding, secret).into_iter().map(|(field, value)| (field.to_owned(), value.into())).collect();
        let (tier, service, role) = (&binding.tier, &binding.service, binding.role);
        json!({ "tier": tier, "service": service, "role": role, "secret": binding.secret, "fields": fields })
    };
    json!({ "bindings": bindings.iter().map(one).collect::<Vec<_>>(), "containers": buckets })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(tier: &str, service: &str, role: Role, port: u16, secret: &str) -> Binding {
        let hosts = vec!["10.10.3.11".parse().expect("an address")];
        let (user, database) = match role {
            Role::Database => (Some("app"), Some("app")),
            Role::Queue => (Some("app"), None),
            _ => (None, None),
        };
        let secret = SecretName(format!("{tier}.{secret}"));
        Binding { tier: tier.into(), service: service.into(), role, hosts, port, user, database, secret }
    }

    fn text(format: Format) -> String {
        let bindings = [
            binding("db", "postgresql", Role::Database, 5432, "app_password"),
            binding("kv", "redis", Role::Cache, 6379, "password"),
            binding("mq", "rabbitmq", Role::Queue, 5672, "app_password"),
        ];
        let buckets = [Bucket { name: "assets".into(), container: "shop-assets-1a2b3c4d".into() }];
        bindings_text(&bindings, &buckets, format, "shop", &|name| format!("<secret:{}>", name.0))
    }

    #[test]
    fn every_platform_has_its_form() {
        insta::assert_snapshot!(text(Format::Env));
        insta::assert_snapshot!(text(Format::Kubernetes));
        insta::assert_snapshot!(text(Format::CloudFoundry));
        insta::assert_snapshot!(text(Format::Jdbc));
    }
}
