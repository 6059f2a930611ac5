//! `gureum bindings`: how an application reaches the environment's services. Secrets are only named unless they are asked for.

use secrecy::ExposeSecret;

use crate::desired;
use crate::model::messages::cli as m;
use crate::model::{SecretName, Secrets};
use crate::report::{Format, bindings_json, bindings_text};
use crate::say;

use super::args::{BindingFormat, BindingsArgs, Global};
use super::error::{CliError, exit};
use super::recorded::Recorded;
use super::screen::Screen;
use super::{history, places};

/// Runs it.
pub fn run(global: &Global, args: &BindingsArgs, screen: &Screen) -> Result<u8, CliError> {
    let recorded = Recorded::find(global, &args.name)?;
    recorded.outputs()?;
    let (blueprint, inputs, key) = (&recorded.blueprint, &recorded.inputs, &recorded.key);
    let bindings = desired::bindings(blueprint, inputs, key)?;
    let buckets = desired::buckets(blueprint, key);
    if bindings.is_empty() && buckets.is_empty() {
        return Err(CliError::failed(say!(m::NO_BINDINGS, name = key.name)));
    }
    let secrets =
        if args.reveal { history::secrets(&recorded.folder, &places::keys(global)?)? } else { Secrets::default() };
    if args.reveal
        && let Some(lost) = bindings.iter().find(|binding| secrets.get(&binding.secret).is_none())
    {
        return Err(CliError::failed(say!(m::NO_SECRET_VALUE, secret = lost.secret.0)));
    }
    let secret = |name: &SecretName| match secrets.get(name) {
        Some(value) => value.expose_secret().to_owned(),
        None => format!("<secret:{}>", name.0),
    };
    if screen.json {
        screen.print_json(&bindings_json(&bindings, &buckets, &secret), true)?;
    } else {
        let format = match args.format {
            BindingFormat::Env => Format::Env,
            BindingFormat::K8s => Format::Kubernetes,
            BindingFormat::Cf => Format::CloudFoundry,
            BindingFormat::Jdbc => Format::Jdbc,
        };
        screen.print(&bindings_text(&bindings, &buckets, format, &key.name.dashed(), &secret))?;
    }
    Ok(exit::DONE)
}
