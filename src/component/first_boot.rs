//! The files and commands of one server's first boot.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::library;
use super::types::{Component, Install};

/// Where files wait until their packages are there.
const STAGE: &str = "/var/lib/gureum";

/// Whose first boot it is.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'a> {
    /// The server's name on the cloud, which is its host name: `shop-web-1`.
    pub server: &'a str,
    /// The environment's name: `shop`.
    pub environment: &'a str,
    /// Its operating system: `ubuntu-16.04`.
    pub system: &'a str,
}

/// What a first boot does: files first, then commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstBoot {
    /// Files to write.
    pub files: Vec<File>,
    /// Commands with their arguments, in order.
    pub commands: Vec<Vec<String>>,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where.
    pub path: String,
    /// Its mode, in octal digits.
    pub mode: String,
    /// What stands in it.
    pub content: String,
}

/// There is no first boot of these components on this system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FirstBootError {
    /// The component does not say how it is installed there.
    #[error("{component} has no installation for {system}")]
    NoInstallation {
        /// Which.
        component: String,
        /// Where.
        system: String,
    },
    /// A template of ours is wrong.
    #[error("template {template} of {component}: {error}")]
    Template {
        /// Whose.
        component: String,
        /// Which.
        template: String,
        /// The template engine's words.
        error: String,
    },
}

/// The first boot of a server with these components; without any there is nothing to do.
///
/// POSIX shell and cloud-init's oldest modules only: the guests are as old as cloud-init 0.7.
pub fn first_boot(components: &[&Component], guest: Guest<'_>) -> Result<FirstBoot, FirstBootError> {
    if components.is_empty() {
        return Ok(FirstBoot::default());
    }
    let mut files = Vec::new();
    let mut installations = Vec::new();
    for component in components {
        let no_installation =
            || FirstBootError::NoInstallation { component: component.name.clone(), system: guest.system.to_owned() };
        let install = component.systems.get(guest.system).ok_or_else(no_installation)?;
        let (staged, places) = stage(component, install, guest)?;
        files.extend(staged);
        installations.push(context! {
            name => &component.name, port => component.port, program => &install.program,
            packages => &install.packages, unit => &install.unit, files => places,
        });
    }
    let system = library::system(guest.system).ok_or_else(|| FirstBootError::NoInstallation {
        component: components[0].name.clone(),
        system: guest.system.to_owned(),
    })?;
    let values = context! {
        server => guest.server, environment => guest.environment,
        installer => library::installer(system).trim_end(), components => installations,
    };
    let script = format!("{STAGE}/first-boot.sh");
    let content = render("first-boot.sh", library::script(), values)
        .map_err(|error| template_error("every component", "first-boot.sh", &error))?;
    files.push(File { path: script.clone(), mode: "0755".into(), content });
    Ok(FirstBoot { files, commands: vec![vec!["sh".into(), script]] })
}

/// A component's files where they wait, and for the script from where to where they go.
fn stage(
    component: &Component,
    install: &Install,
    guest: Guest<'_>,
) -> Result<(Vec<File>, Vec<Value>), FirstBootError> {
    let mut values: BTreeMap<&str, &str> =
        install.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    values.extend([("server", guest.server), ("environment", guest.environment)]);
    let values = Value::from_pairs(values);
    let mut files = Vec::new();
    let mut places = Vec::new();
    for template in &component.files {
        let error = |error| template_error(&component.name, &template.name, &error);
        let content = render(&template.name, &template.text, values.clone()).map_err(error)?;
        let path = render("path", &template.path, values.clone()).map_err(error)?;
        let staged = format!("{STAGE}/{}/{}", component.name, template.name);
        places.push(context! { staged => &staged, path => path, mode => &template.mode });
        files.push(File { path: staged, mode: template.mode.clone(), content });
    }
    Ok((files, places))
}

/// The template's name decides what is escaped: HTML in `.html`, nothing in others.
fn render(name: &str, template: &str, values: Value) -> Result<String, minijinja::Error> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut text = engine.render_named_str(name, template, values)?;
    // The engine drops a template's last line end; files have one.
    if template.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn template_error(component: &str, template: &str, error: &minijinja::Error) -> FirstBootError {
    FirstBootError::Template {
        component: component.to_owned(),
        template: template.to_owned(),
        error: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    fn boot(system: &str) -> FirstBoot {
        let nginx = library::find("nginx").expect("a component");
        first_boot(&[nginx], Guest { server: "shop-web-1", environment: "shop", system }).expect("a first boot")
    }

    #[test]
    fn every_component_renders_on_every_system_it_names_and_the_shell_accepts_it() {
        for component in library::all() {
            for system in component.systems.keys() {
                let guest = Guest { server: "shop-web-1", environment: "shop", system };
                let boot = first_boot(&[component], guest).expect("renders");
                let script = &boot.files.last().expect("the script").content;
                let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).spawn().expect("a shell");
                shell.stdin.take().expect("piped").write_all(script.as_bytes()).expect("written");
                assert!(shell.wait().expect("ends").success(), "{} on {system}:\n{script}", component.name);
            }
        }
    }

    #[test]
    fn the_page_names_server_and_environment() {
        let boot = boot("ubuntu-16.04");
        let page = &boot.files[0];
        assert_eq!((page.path.as_str(), page.mode.as_str()), ("/var/lib/gureum/nginx/index.html", "0644"));
        assert!(page.content.contains("<h1>shop-web-1</h1>") && page.content.contains("environment: shop<"));
        assert_eq!(boot.commands, [["sh", "/var/lib/gureum/first-boot.sh"]]);
    }

    #[test]
    fn packages_are_fetched_only_where_the_program_is_not_there_and_files_follow_them() {
        let script = boot("rocky-9").files.pop().expect("the script").content;
        let at = |line: &str| script.find(line).unwrap_or_else(|| panic!("{line} is not in\n{script}"));
        let install = at("\ncommand -v nginx >/dev/null 2>&1 || install_packages nginx\n");
        let file = at("\ninstall -D -m 0644 /var/lib/gureum/nginx/index.html /usr/share/nginx/html/index.html\n");
        let start = at("\nsystemctl enable nginx\nsystemctl restart nginx\n");
        assert!(install < file && file < start, "{script}");
        assert!(at("dnf install") < install);
    }

    #[test]
    fn centos_7_takes_the_vault_and_epel_from_the_archive() {
        let script = boot("centos-7").files.pop().expect("the script").content;
        for part in ["vault.centos.org/7.9.2009/", "pub/archive/epel/7/", "install_packages epel-release nginx\n"] {
            assert!(script.contains(part), "{part}");
        }
    }

    #[test]
    fn a_system_without_installation_and_no_components_at_all() {
        let nginx = library::find("nginx").expect("a component");
        let guest = Guest { server: "a", environment: "b", system: "plan-9" };
        assert_eq!(
            first_boot(&[nginx], guest),
            Err(FirstBootError::NoInstallation { component: "nginx".into(), system: "plan-9".into() })
        );
        assert_eq!(first_boot(&[], guest), Ok(FirstBoot::default()));
    }
}
