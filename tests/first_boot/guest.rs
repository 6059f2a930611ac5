//! A folder that stands for a guest's file system: the rendered files with their paths moved into it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use gureum::blueprint::Settings;
use gureum::component::{self, Component, Context, Minimum, Proof, Reports, Role, Script, Template};
use gureum::component::{Artifact, Install};

use gureum::model::SecretName;
use sha2::{Digest, Sha256};

use super::store::Store;

/// Where the store has a guest's files that its user-data has no room for.
pub const CONTENT: &str = "/v1/AUTH_p/signals/content/web-1";

pub const HEALTHY: &str = "echo 'check web ok 3 fine'";

/// Every shell that is here: dash is what Debian's family calls sh, bash what the others do.
pub fn shells() -> Vec<&'static str> {
    let found: Vec<&str> = ["dash", "bash"].into_iter().filter(|shell| there(shell, &["-c", ":"])).collect();
    assert!(!found.is_empty(), "a shell is needed to run shell scripts");
    found
}

/// Whether this machine has such a program, which does that at least.
pub fn there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

pub struct Guest {
    pub store: Store,
    folder: tempfile::TempDir,
    shell: &'static str,
    settings: Settings,
    reports: Reports,
    artifact: Option<(String, Option<String>)>,
    apart: bool,
}

impl Guest {
    pub fn new(shell: &'static str) -> Self {
        Self::with(shell, &Settings::default(), &Reports::Object)
    }

    pub fn with(shell: &'static str, settings: &Settings, reports: &Reports) -> Self {
        let guest = Self {
            store: Store::start(),
            folder: tempfile::tempdir().expect("a folder"),
            shell,
            settings: settings.clone(),
            reports: reports.clone(),
            artifact: None,
            apart: false,
        };
        guest.write("cloud/data/instance-id", "i-1\n");
        guest.write("cloud/instances/i-1/user-data.txt", "password a1");
        let thing = guest.path("usr/thing").display().to_string();
        guest.program("apt-get", &format!("case $* in *install*) mkdir -p {0}/usr; : >{thing} ;; esac", guest.root()));
        guest.program("dpkg", ":");
        guest.program("systemctl", ":");
        if !there("curl", &["--version"]) {
            guest.executable("bin/curl", include_str!("curl.pl"));
        }
        guest.install();
        guest
    }

    pub fn with_artifact(mut self, content: &str, pin: Option<String>) -> Self {
        self.settings.artifact_base_url = Some(format!("{}/files", self.store.address));
        self.store.put("/files/artifact", content);
        self.artifact = Some((self.path("opt/artifact").display().to_string(), pin));
        self.install();
        self
    }

    /// With its component's files in an object of the store.
    pub fn apart(mut self) -> Self {
        self.apart = true;
        fs::remove_dir_all(self.path("state/components")).expect("they were there");
        self.install();
        self
    }

    fn component(&self) -> Component {
        let artifact = self.artifact.as_ref().map(|(place, pin)| Artifact {
            name: "artifact".into(),
            path: "artifact".into(),
            source: None,
            sha256: pin.clone(),
            unpack: None,
            place: Some(place.clone()),
            creates: None,
            linked: None,
        });
        let install = Install {
            program: self.path("usr/thing").display().to_string(),
            packages: vec!["thing".into()],
            artifacts: artifact.into_iter().collect(),
            unit: "thing".into(),
            variables: [("home".to_owned(), self.path("srv").display().to_string())].into(),
            proof: Proof::Rendered,
        };
        let page = Template {
            name: "page".into(),
            text: "password {{ secrets.password }}\n".into(),
            path: "{{ home }}/page".into(),
            mode: "0640".into(),
            owner: None,
            systems: None,
            when: None,
        };
        Component {
            name: "thing".into(),
            port: None,
            minimum: Minimum::default(),
            role: Role::Tool,
            needs: [].into(),
            uses: [].into(),
            secrets: [].into(),
            settings: [].into(),
            limit_s: 60,
            systems: [("debian-12".to_owned(), install)].into(),
            refused: [].into(),
            files: vec![page],
            configure: Some(Script { name: "configure.sh".into(), text: "echo configured\n".into() }),
            health: Script { name: "health.sh".into(), text: format!("{HEALTHY}\n") },
        }
    }

    /// Writes the rendered files, as cloud-init would, into the folder.
    fn install(&self) {
        let context = Context {
            server: "shop-web-1".into(),
            local: "web-1".into(),
            system: "debian-12".into(),
            secrets: component::secrets_of("web", &["password".to_owned()]),
            ..Context::default()
        };
        let component = self.component();
        let key = SecretName("signals.content".into());
        let guest = component::Guest {
            context: &context,
            components: &[&component],
            settings: &self.settings,
            reports: &self.reports,
            apart: Some(&key).filter(|_| self.apart),
        };
        let boot = component::first_boot(guest).expect("a first boot");
        for file in boot.files {
            let Some(place) = file.path.strip_prefix("/var/lib/gureum/") else { continue };
            self.write(&format!("state/{place}"), &self.filled(&self.moved(&file.content)));
        }
        if self.apart {
            let files = self.filled(&self.moved(&component::archive(&boot.content)));
            self.store.put(CONTENT, &format!("{:x}\n{files}", Sha256::digest(format!("a1{files}a1"))));
        }
    }

    /// What stands for a secret or an address, filled in as the driver does.
    fn filled(&self, text: &str) -> String {
        let mut content = text.to_owned();
        while let Some((before, rest)) = content.split_once('\u{e000}') {
            let (name, after) = rest.split_once('\u{e001}').expect("whole");
            let path = match name {
                "report" => "/v1/AUTH_p/signals/web-1",
                "content" => CONTENT,
                _ => "",
            };
            let value = match path {
                "" => "a1".to_owned(),
                path => format!("{}{path}?temp_url_sig=abc&temp_url_expires=1", self.store.address),
            };
            content = format!("{before}{value}{after}");
        }
        content
    }

    /// The script with the folder in the place of `/`, the small programs before the real ones, and little patience.
    fn moved(&self, text: &str) -> String {
        let root = self.root();
        text.replace("/var/lib/gureum", &format!("{root}/state"))
            .replace("/run/gureum", &format!("{root}/run"))
            .replace("/var/lib/cloud", &format!("{root}/cloud"))
            .replace("/etc/apt", &format!("{root}/etc/apt"))
            .replace("/dev/console /dev/ttyS0", &format!("{root}/console"))
            .replace("printf '%s\\n' \"$1\" >\"$device\"", "printf '%s\\n' \"$1\" >>\"$device\"")
            .replace("\nPATH=", &format!("\nPATH={root}/bin:"))
            .replace("patience=30\n", "patience=2\n")
            .replace("sleep 10", "sleep 1")
            .replace("sleep 5", "sleep 1")
    }

    pub fn root(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs the script, as its unit does; its exit code.
    pub fn run(&self) -> i32 {
        let mut command = Command::new(self.shell);
        command.arg(self.path("state/first-boot.sh")).env_remove("http_proxy").env_remove("https_proxy");
        let output = command.output().expect("a shell");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing is said but in the log");
        output.status.code().expect("it ends by itself")
    }

    /// A program that the script finds before the real one; what it is called with is written down.
    pub fn program(&self, name: &str, body: &str) {
        let written = format!("#!/bin/sh\necho \"$*\" >>{}/calls-{name}\n{body}\n", self.root());
        self.executable(&format!("bin/{name}"), &written);
    }

    fn executable(&self, path: &str, content: &str) {
        self.write(path, content);
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o755)).expect("it is there");
    }

    pub fn calls(&self, name: &str) -> Vec<String> {
        fs::read_to_string(self.path(&format!("calls-{name}"))).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    pub fn health(&self, body: &str) {
        self.write("state/components/thing/health.sh", body);
    }

    pub fn without_curl(&self) {
        let script = self.read("state/first-boot.sh").replace("if have curl; then", "if false; then");
        self.write("state/first-boot.sh", &script);
    }

    /// The words of the last report, which is a failure in that stage.
    pub fn failure(&self, stage: &str) -> String {
        let report = self.store.reports().pop().expect("a report");
        assert_eq!(report.stage, "failed", "{}", report.words);
        assert!(report.words.starts_with(&format!("stage: {stage}\n")), "{}", report.words);
        assert!(!self.exists("state/done"));
        report.words
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("run/log")).unwrap_or_default()
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        fs::write(path, content).expect("written");
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    pub fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.path(path)).expect("it is there").permissions().mode() & 0o7777
    }
}
