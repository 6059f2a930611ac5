//! The rules of choosing and reading, on files in a temporary folder.

use secrecy::ExposeSecret;

use super::super::{ApplicationCredential, Credentials, Domain, Interface, Project, User};
use super::*;

const PASSWORD: &str = "pass-phrase-7781";

struct Place {
    folder: tempfile::TempDir,
    request: ConfigRequest,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let request = ConfigRequest {
            cloud: None,
            environment: BTreeMap::new(),
            working_directory: at("desk"),
            home: at("home"),
        };
        Self { folder, request }
    }

    fn with(text: &str) -> Self {
        Self::new().file("desk/clouds.yaml", text)
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.request.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn cloud(mut self, name: &str) -> Self {
        self.request.cloud = Some(name.to_owned());
        self
    }

    fn find(&self) -> Result<CloudConfig, ConfigError> {
        find_in(&self.request, &self.folder.path().join("etc"))
    }

    fn error(&self) -> String {
        let text = self.find().unwrap_err().to_string();
        assert!(!text.contains(PASSWORD), "{text}");
        text.replace(&self.folder.path().display().to_string(), "")
    }
}

fn entry(name: &str, url: &str) -> String {
    format!("  {name}: {{auth: {{auth_url: '{url}', username: u, password: {PASSWORD}, project_name: p}}}}\n")
}

#[test]
fn the_first_file_wins_and_the_named_one_before_all() {
    let file = |url: &str| format!("clouds:\n{}", entry("c", url));
    let places = [
        ("etc/openstack/clouds.json", r#"{"clouds": {"c": {"auth": {"auth_url": "http://json", "username": "u", "password": 7, "project_id": "p"}}}}"#.to_owned()),
        ("etc/openstack/clouds.yaml", file("http://etc")),
        ("etc/xdg/openstack/clouds.yaml", file("http://xdg")),
        ("home/.config/openstack/clouds.yml", file("http://yml")),
        ("home/.config/openstack/clouds.yaml", file("http://home")),
        ("config/openstack/clouds.yaml", file("http://config")),
        ("desk/clouds.yaml", file("http://work")),
        ("elsewhere.yaml", file("http://named")),
    ];
    let mut place = Place::new();
    let config = place.folder.path().join("config").display().to_string();
    place = place.set("XDG_CONFIG_HOME", &config);
    for (path, text) in &places {
        place = place.file(path, text);
        if *path == "elsewhere.yaml" {
            place = place.set("OS_CLIENT_CONFIG_FILE", "../elsewhere.yaml");
        }
        let found = place.find().unwrap();
        assert!(text.contains(&found.auth_url), "{path}: {}", found.auth_url);
    }
}

#[test]
fn what_is_not_there_is_named() {
    let error = Place::new().error();
    for path in
        ["/desk/clouds.yaml", "/home/.config/openstack/clouds.yaml", "/etc/openstack/clouds.yaml", "OS_AUTH_URL"]
    {
        assert!(error.contains(path), "{error}");
    }
    let error = Place::with("clouds: {}").set("OS_CLIENT_CONFIG_FILE", "/no/such.yaml").error();
    assert_eq!(error, "/no/such.yaml, which OS_CLIENT_CONFIG_FILE names, does not exist");
    let two = format!("clouds:\n{}{}", entry("lab", "http://a"), entry("lab-admin", "http://b"));
    assert_eq!(Place::with(&two).error(), "/desk/clouds.yaml holds several clouds and none is chosen: lab, lab-admin");
    assert_eq!(
        Place::with(&two).cloud("labb").error(),
        "there is no cloud `labb` in /desk/clouds.yaml: it holds lab, lab-admin; did you mean `lab`?"
    );
    assert_eq!(
        Place::with(&two).set("OS_CLOUD", "production").error(),
        "there is no cloud `production` in /desk/clouds.yaml: it holds lab, lab-admin"
    );
    assert_eq!(Place::with(&two).cloud("lab").set("OS_CLOUD", "lab-admin").find().unwrap().name, "lab");
    assert_eq!(Place::with("cluods: {}").error(), "/desk/clouds.yaml: it has no `clouds`");
    let error = Place::with(&format!("clouds:\n  a: [\n  password: {PASSWORD}\n  - {PASSWORD}")).error();
    assert!(error.starts_with("/desk/clouds.yaml: line "), "{error}");
}

#[test]
fn a_single_cloud_is_taken_and_bad_siblings_do_no_harm() {
    assert_eq!(Place::with(&format!("clouds:\n{}", entry("only", "http://a"))).find().unwrap().name, "only");
    let text = format!("clouds:\n{}  bad: 7\n  worse: {{auth: [1], auth_type: magic}}\n", entry("good", "http://a"));
    assert_eq!(Place::with(&text).cloud("good").find().unwrap().auth_url, "http://a");
    assert!(Place::with(&text).cloud("bad").error().contains("no mapping"));
    let error = Place::with(&text).cloud("worse").error();
    assert!(error.contains("`magic`") && error.contains("v3applicationcredential"), "{error}");
}

#[test]
fn everything_that_lacks_is_named_at_once() {
    let error = Place::with("clouds: {c: {auth: {username: u}, profile: nowhere}}").error();
    assert_eq!(
        error,
        "cloud `c` in /desk/clouds.yaml lacks auth.auth_url (no clouds-public.yaml has the profile `nowhere`), auth.password, \
         auth.project_name or auth.project_id"
    );
    let error = Place::new().set("OS_AUTH_URL", "http://k").set("OS_USERNAME", "u").set("OS_PASSWORD", "").error();
    assert_eq!(
        error,
        "cloud `envvars` in the OS_* environment variables lacks OS_PASSWORD, OS_PROJECT_NAME or OS_PROJECT_ID"
    );
}

#[test]
fn a_whole_entry_is_read_with_profile_secrets_and_region() {
    let place = Place::with(
        "clouds:\n  c:\n    profile: vendor\n    auth: {username: u, user-domain-name: Users, project_name: p, domain_id: d}\n    \
         interface: internalURL\n    cacert: ~/ca.pem\n    verify: no\n    identity_api_version: 3\n    \
         regions: [{name: A, values: {interface: admin}}, B]\n    network_endpoint_override: http://n/\n",
    )
    .file("desk/clouds-public.yaml", "public-clouds: {vendor: {auth: {auth_url: 'https://{region_name}.cloud/v3', username: x}}}")
    .file("home/.config/openstack/secure.yaml", "clouds: {c: {auth: {password: 00123}}}");
    let config = place.find().unwrap();
    assert_eq!((config.auth_url.as_str(), config.region.as_deref()), ("https://A.cloud/v3", Some("A")));
    assert_eq!((config.interface, config.verify), (Interface::Admin, false));
    assert_eq!(config.cacert, Some(place.folder.path().join("home/ca.pem")));
    assert_eq!(config.endpoint_overrides[&crate::model::Service::Network], "http://n/");
    let Credentials::Password { user, password, project } = &config.credentials else { panic!("{config:?}") };
    assert_eq!(*user, User::Name("u".to_owned(), Domain::Name("Users".to_owned())));
    assert_eq!(*project, Project::Name("p".to_owned(), Domain::Id("d".to_owned())));
    assert_eq!(password.expose_secret(), "00123", "digits are kept as they are written");

    let other = place.set("OS_REGION_NAME", "B");
    let config = other.find().unwrap();
    assert_eq!((config.region.as_deref(), config.interface), (Some("B"), Interface::Internal));
    assert!(other.set("OS_REGION_NAME", "C").error().contains("there is no region `C`: it has A, B"));
}

#[test]
fn every_way_to_authenticate_is_told_by_what_is_there() {
    let with = |fields: &str| Place::with(&format!("clouds: {{c: {{{fields}}}}}")).find().unwrap().credentials;
    let url = "auth_url: 'http://k'";
    for kind in ["", "auth_type: password, ", "auth_type: v3applicationcredential, "] {
        let fields = format!("{kind}auth: {{{url}, application_credential_id: i, application_credential_secret: s}}");
        assert!(matches!(
            with(&fields),
            Credentials::ApplicationCredential { credential: ApplicationCredential::Id(id), .. } if id == "i"
        ));
    }
    let named = with(&format!(
        "auth: {{{url}, application_credential_name: n, username: u, application_credential_secret: s}}"
    ));
    let Credentials::ApplicationCredential { credential: ApplicationCredential::Name(_, user), .. } = named else {
        panic!()
    };
    assert_eq!(user, User::Name("u".to_owned(), Domain::Id("default".to_owned())));
    for kind in ["", "auth_type: v3token, "] {
        assert!(matches!(with(&format!("{kind}auth: {{{url}, token: t}}")), Credentials::Token { project: None, .. }));
    }
    assert!(matches!(
        with(&format!("auth_type: v3password, {url}, auth: {{user_id: u, password: x, tenant_name: p}}")),
        Credentials::Password { user: User::Id(_), project: Project::Name(..), .. }
    ));
}

#[test]
fn variables_alone_are_enough_and_yield_to_a_chosen_cloud() {
    let variables = [
        ("OS_AUTH_URL", "http://k:5000"),
        ("OS_USERNAME", "u"),
        ("OS_PASSWORD", PASSWORD),
        ("OS_PROJECT_ID", "p"),
        ("OS_USER_DOMAIN_ID", "d"),
        ("OS_INTERFACE", "internal"),
        ("OS_INSECURE", "true"),
        ("OS_REGION_NAME", "R"),
        ("OS_IDENTITY_API_VERSION", "3"),
    ];
    let all =
        variables.iter().fold(Place::with(&format!("clouds:\n{}", entry("c", "http://a"))), |place, (name, value)| {
            place.set(name, value)
        });
    let config = all.find().unwrap();
    assert_eq!((config.name.as_str(), config.auth_url.as_str()), ("envvars", "http://k:5000"));
    assert_eq!((config.interface, config.verify, config.region.as_deref()), (Interface::Internal, false, Some("R")));
    assert!(!format!("{config:?}").contains(PASSWORD));
    assert_eq!(all.cloud("c").find().unwrap().auth_url, "http://a");
}

#[test]
fn values_of_no_use_are_named() {
    let error = |more: &str| {
        let text = format!(
            "clouds: {{c: {{auth: {{auth_url: 'http://k', username: u, password: {PASSWORD}, project_id: p}}, {more}}}}}"
        );
        Place::with(&text).error()
    };
    assert!(error("verify: maybe").contains("verify: `maybe` is neither true nor false"));
    assert!(error("interface: outside").contains("interface: `outside` is none of public, internal, admin"));
    assert!(error("identity_api_version: 2.0").contains("`2.0` is not spoken, only 3"));
    let error =
        Place::with("clouds: {c: {auth: {auth_url: 'k:5000', username: u, password: x, project_id: p}}}").error();
    assert!(error.contains("auth_url: it is no http or https URL"), "{error}");
}

#[test]
fn merge_keys_share_fields_between_clouds() {
    let text = format!(
        "base: &base\n  auth_url: http://k\n  username: u\nclouds:\n  c:\n    auth:\n      <<: *base\n      password: {PASSWORD}\n      project_id: p\n"
    );
    assert_eq!(Place::with(&text).find().unwrap().auth_url, "http://k");
}
