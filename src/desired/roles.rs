//! What the services are for others.

use crate::component;
use crate::model::Role;

/// The role of a service that gureum can install; none for one that it cannot.
pub(super) fn role(service: &str) -> Option<Role> {
    component::find(service)?;
    Some(match service {
        "nginx" | "apache" => Role::Web,
        "tomcat" | "jboss" => Role::Application,
        "mariadb" | "postgresql" => Role::Database,
        "redis" => Role::Cache,
        "rabbitmq" => Role::Queue,
        "api-gateway" => Role::Gateway,
        "php" => Role::Page,
        _ => Role::Tool,
    })
}
