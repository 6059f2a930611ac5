//! What first boots are made of. What they do when they run, `tests/first_boot.rs` sees.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::blueprint::ArtifactInputs;
use crate::component::{Artifact, Template, split};
use crate::model::Piece;

fn context(system: &str) -> Context {
    Context {
        server: "shop-web-1".into(),
        local: "web-1".into(),
        tier: "web".into(),
        environment: "shop".into(),
        environment_id: "0123abcd".into(),
        system: system.into(),
        address: "10.10.1.11".into(),
        cidr: "10.10.1.0/24".into(),
        network: "10.10.0.0/16".into(),
        token: "구름-0123abcd".into(),
        ..Context::default()
    }
}

fn boot_of(component: &Component, system: &str, settings: &Settings, reports: &Reports) -> FirstBoot {
    let context = context(system);
    first_boot(Guest { context: &context, components: &[component], settings, reports, apart: None })
        .expect("a first boot")
}

fn nginx() -> &'static Component {
    library::find("nginx").expect("a component")
}

fn boot(system: &str) -> FirstBoot {
    boot_of(nginx(), system, &Settings::default(), &Reports::Object)
}

fn content<'a>(boot: &'a FirstBoot, path: &str) -> &'a str {
    let file = boot.files.iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("{path} is not written")).content
}

fn script(boot: &FirstBoot) -> &str {
    content(boot, "/var/lib/gureum/first-boot.sh")
}

/// Everything that a closed network may say.
fn closed() -> Settings {
    let mut settings = Settings {
        artifact_base_url: Some("http://10.0.0.5/files".into()),
        ca_bundle: Some("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n".into()),
        ntp: vec!["10.0.0.1".into(), "time's".into()],
        proxy: Some("http://10.0.0.6:3128".into()),
        pip_index: Some("http://10.0.0.5/pypi".into()),
        npm_index: Some("http://10.0.0.5/npm".into()),
        ..Settings::default()
    };
    settings.os_mirror.insert("*".into(), "http://10.0.0.5/os/".into());
    settings
}

#[test]
fn what_an_image_has_besides_gives_the_port_free() {
    let told = |name: &str, system: &str| {
        let component = library::find(name).expect("a component");
        let boot = boot_of(component, system, &Settings::default(), &Reports::None);
        let units = script(&boot).lines().filter_map(|line| line.trim().strip_prefix("give_way '"));
        units.map(str::to_owned).collect::<Vec<_>>().concat()
    };
    assert!(told("apache", "debian-12").contains("nginx") && !told("apache", "debian-12").contains("apache2"));
    let rivals = |name: &str| rivals(&[library::find(name).expect("a component")], "debian-12");
    assert!(rivals("jboss").contains("tomcat10"));
    assert!(rivals("redis").is_empty() && rivals("php").is_empty(), "nobody else has that port, or it has none");
}

#[test]
fn the_shell_accepts_every_frame() {
    for system in library::systems().keys() {
        for settings in [Settings::default(), closed()] {
            for reports in [Reports::Object, Reports::Console(SecretName("signals.key".into())), Reports::None] {
                let boot = boot_of(nginx(), system, &settings, &reports);
                let script = script(&boot);
                let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).spawn().expect("a shell");
                shell.stdin.take().expect("piped").write_all(script.as_bytes()).expect("written");
                assert!(shell.wait().expect("ends").success(), "{system}:\n{script}");
            }
        }
    }
}

#[test]
fn a_unit_runs_the_script_and_cloud_init_does_not_wait_for_it() {
    let boot = boot("ubuntu-16.04");
    assert_eq!(boot.commands[2], ["systemctl", "start", "--no-block", "gureum-first-boot.service"]);
    let unit = content(&boot, "/etc/systemd/system/gureum-first-boot.service");
    assert!(unit.contains("ExecStart=/bin/sh /var/lib/gureum/first-boot.sh\n") && unit.contains("Restart=on-failure"));
    assert_eq!(boot.limit_s, nginx().limit_s);
    for file in &boot.files {
        let readable = file.path.ends_with(".service");
        assert!(readable || file.mode == "0600" || file.mode == "0700", "{}", file.path);
    }
}

#[test]
fn packages_are_fetched_only_where_the_program_is_not_there() {
    let boot = boot("rocky-9");
    let script = script(&boot);
    assert!(
        script.contains("\n    have '/usr/sbin/nginx' || install_packages 'nginx' 'policycoreutils'\n"),
        "{script}"
    );
    assert!(script.contains("\n    start 'nginx'\n") && script.contains("dnf install"));
}

#[test]
fn centos_7_takes_the_vault_and_epel_from_the_archive() {
    let boot = boot("centos-7");
    for part in [
        "vault.centos.org/7.9.2009/",
        "pub/archive/epel/7/",
        "install_packages 'epel-release' 'nginx' 'policycoreutils'\n",
    ] {
        assert!(script(&boot).contains(part), "{part}");
    }
}

#[test]
fn what_a_closed_network_says_stands_in_the_mirror_stage_and_nothing_else_does() {
    let open = boot("debian-12");
    let boot = boot_of(nginx(), "debian-12", &closed(), &Reports::None);
    for line in [
        "use_mirror 'http://10.0.0.5/os' 'bookworm'",
        "use_ntp '10.0.0.1' 'time'\\''s'",
        "use_proxy 'http://10.0.0.6:3128'",
        "            export http_proxy https_proxy\n",
        "'http://10.0.0.5/pypi' >/etc/pip.conf",
        "'http://10.0.0.5/npm' >/etc/npmrc",
        "trust \"$state/ca-bundle.pem\"",
    ] {
        assert!(script(&boot).contains(line), "{line}");
        assert!(!script(&open).contains(line), "{line}");
    }
    assert!(content(&boot, "/var/lib/gureum/ca-bundle.pem").starts_with("-----BEGIN CERTIFICATE-----\n"));
}

#[test]
fn artifacts_come_with_their_pin_or_with_none() {
    let mut component = nginx().clone();
    let json = r#"{"name": "a.tar.gz", "path": "org/a.tar.gz", "unpack": "/opt", "creates": "/opt/a"}"#;
    let artifact: Artifact = serde_json::from_str(json).expect("an artifact");
    component.systems.get_mut("debian-12").expect("there").artifacts = vec![artifact];
    let mut settings = closed();
    let line = |settings: &Settings| {
        let boot = boot_of(&component, "debian-12", settings, &Reports::None);
        let line = script(&boot).lines().find(|line| line.starts_with("    artifact ")).map(str::trim);
        line.expect("a line").to_owned()
    };
    assert_eq!(line(&settings), "artifact 'a.tar.gz' 'http://10.0.0.5/files/org/a.tar.gz' '' '/opt' '' '/opt/a'");
    settings.artifacts.insert("a.tar.gz".into(), ArtifactInputs { sha256: Some("AB".into()) });
    assert!(line(&settings).contains(" 'ab' "));
    assert!(line(&Settings::default()).contains(" 'https://"), "where its makers publish it");
}

#[test]
fn an_artifact_for_a_link_is_fetched_where_there_is_one() {
    let mut component = nginx().clone();
    let json = r#"{"name": "a.jar", "path": "a.jar", "place": "/opt/a.jar", "linked": "cache"}"#;
    let artifact: Artifact = serde_json::from_str(json).expect("an artifact");
    component.systems.get_mut("debian-12").expect("there").artifacts = vec![artifact];
    let mut context = context("debian-12");
    let fetched = |context: &Context| {
        let (settings, components) = (Settings::default(), [&component]);
        let guest =
            Guest { context, components: &components, settings: &settings, reports: &Reports::None, apart: None };
        script(&first_boot(guest).expect("renders")).contains("artifact 'a.jar'")
    };
    assert!(!fetched(&context));
    let cache = crate::component::Link {
        tier: "kv".into(),
        service: "redis".into(),
        port: 6379,
        servers: Vec::new(),
        secrets: std::collections::BTreeMap::new(),
    };
    context.links.insert(crate::model::Role::Cache, cache);
    assert!(fetched(&context));
}

#[test]
fn no_placeholder_of_a_secret_survives_and_json_leaves_the_pieces_whole() {
    let mut component = nginx().clone();
    component.files[0].text = "pw=\"{{ secrets.password }}\"\n".into();
    let mut context = context("debian-12");
    context.secrets = crate::component::secrets_of("kv", &["password".to_owned()]);
    for reports in [Reports::Object, Reports::Console(SecretName("signals.key".into()))] {
        let settings = Settings::default();
        let guest =
            Guest { context: &context, components: &[&component], settings: &settings, reports: &reports, apart: None };
        let boot = first_boot(guest).expect("a first boot");
        let contents: Vec<&str> = boot.files.iter().map(|file| file.content.as_str()).collect();
        let url = crate::model::SignedUrl {
            container: crate::model::Address::new("container", "signals"),
            object: "web-1".into(),
            method: crate::model::UrlMethod::Put,
            of: None,
        };
        let json = serde_json::to_string(&contents).expect("serialises");
        let pieces = split(&json, &[(REPORT, &url)]).expect("it is whole");
        assert!(pieces.contains(&Piece::Secret(SecretName("kv.password".into()))));
        let reported = match reports {
            Reports::Object => Piece::SignedUrl(url),
            _ => Piece::Secret(SecretName("signals.key".into())),
        };
        assert!(pieces.contains(&reported));
        let filled: String =
            pieces.iter().map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "a1" }).collect();
        assert!(!filled.contains(['\u{e000}', '\u{e001}']));
        let read: Vec<String> = serde_json::from_str(&filled).expect("it is JSON still");
        assert_eq!(read[0], "pw=\"a1\"\n");
    }
}

#[test]
fn files_are_for_the_systems_and_the_cases_that_they_name() {
    let mut component = nginx().clone();
    component.settings.insert("colour".into(), "blue".into());
    let file = component.files[0].clone();
    let with = |name: &str, systems: Option<&str>, when: Option<&str>| Template {
        name: name.into(),
        path: format!("/etc/{name}"),
        systems: systems.map(|system| [system.to_owned()].into()),
        when: when.map(str::to_owned),
        owner: Some("www-data:adm".into()),
        mode: "0644".into(),
        ..file.clone()
    };
    component.files = vec![
        with("a", Some("rocky-9"), None),
        with("b", Some("debian-12"), Some("settings.colour == 'blue'")),
        with("c", None, Some("links.cache is defined")),
    ];
    let boot = boot_of(&component, "debian-12", &Settings::default(), &Reports::None);
    let puts: Vec<&str> = script(&boot).lines().filter(|line| line.starts_with("    put ")).collect();
    assert_eq!(puts, ["    put '/var/lib/gureum/components/nginx/file-1' '/etc/b' 0644 'www-data' 'adm'"]);
}

#[test]
fn a_system_without_installation_and_no_components_at_all() {
    let (context, settings) = (context("plan-9"), Settings::default());
    let guest =
        Guest { context: &context, components: &[nginx()], settings: &settings, reports: &Reports::None, apart: None };
    assert_eq!(
        first_boot(guest),
        Err(FirstBootError::NoInstallation { component: "nginx".into(), system: "plan-9".into() })
    );
    assert_eq!(first_boot(Guest { components: &[], ..guest }), Ok(FirstBoot::default()));
}
