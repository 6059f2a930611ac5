//! The services and operating systems that a blueprint may name. Whether gureum has a component for one yet is not known here.

/// A service that a tier can run.
struct Known {
    /// As blueprints write it.
    name: &'static str,
    /// Where its clients reach it (TCP); none where it serves nobody or at many places.
    port: Option<u16>,
}

const fn known(name: &'static str, port: u16) -> Known {
    Known { name, port: Some(port) }
}

const fn portless(name: &'static str) -> Known {
    Known { name, port: None }
}

/// Operating systems by gureum's names for them.
pub const SYSTEMS: [&str; 5] = ["ubuntu-16.04", "centos-7", "ubuntu-24.04", "rocky-9", "debian-12"];

const SERVICES: [Known; 40] = [
    // Web, application, data.
    known("nginx", 80),
    known("apache", 80),
    portless("php"),
    known("tomcat", 8080),
    known("jboss", 8080),
    known("mariadb", 3306),
    known("postgresql", 5432),
    known("redis", 6379),
    known("rabbitmq", 5672),
    known("kafka", 9092),
    known("api-gateway", 9080),
    // Development.
    known("redmine", 3000),
    known("scm-manager", 8080),
    known("jenkins", 8080),
    // Login and statistics of the e-government framework, and its gateways.
    known("login-user", 9085),
    known("authority", 9086),
    known("login-policy", 9087),
    known("usage-statistics", 9088),
    known("sso-gateway", 443),
    known("gpki-gateway", 443),
    // Watching.
    known("pinpoint", 8080),
    known("prometheus", 9090),
    known("grafana", 3000),
    known("loki", 3100),
    // Artificial intelligence.
    known("jupyterhub", 8000),
    known("speech-synthesis", 8080),
    known("speech-recognition", 8080),
    known("language-analysis", 8080),
    // Big data.
    known("hadoop-master", 8020),
    known("hadoop-worker", 9866),
    portless("hadoop-edge"),
    known("spark", 7077),
    known("zeppelin", 8080),
    known("hbase", 16000),
    // Things.
    known("mosquitto", 1883),
    known("mobius", 7579),
    known("thingsboard", 8080),
    portless("mqtt-bridge"),
    // Platforms.
    known("kubernetes-master", 6443),
    known("kubernetes-worker", 10250),
];

/// Every service that a blueprint may name.
pub fn known_services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.name)
}

/// Where clients reach that service; `None` for one that is unknown, or that serves nobody.
pub fn service_port(name: &str) -> Option<u16> {
    SERVICES.iter().find(|service| service.name == name)?.port
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn services_are_named_once() {
        assert_eq!(known_services().collect::<BTreeSet<_>>().len(), SERVICES.len());
    }

    #[test]
    fn ports_are_the_services_own() {
        assert_eq!(service_port("postgresql"), Some(5432));
        assert_eq!(service_port("php"), None);
        assert_eq!(service_port("oracle"), None);
    }
}
