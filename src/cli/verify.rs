//! `gureum verify`: every hop from the load balancer to the database, as it is now. Nothing is written.

use std::sync::Arc;
use std::time::Duration;

use crate::blueprint::Goal;
use crate::desired;
use crate::event::{Verdict, Verification};
use crate::model::messages::{cli as m, verify as v};
use crate::report::{culprit, time, verification_json, verification_text};
use crate::runtime::{Clock, SystemClock};
use crate::say;
use crate::verify::{Limits, Outputs, Verifier, reports, until};

use super::args::{Global, VerifyArgs};
use super::error::{CliError, exit};
use super::interrupts::Interrupts;
use super::recorded::Recorded;
use super::screen::Screen;
use super::{history, places, target};

/// Runs it.
pub fn run(global: &Global, args: &VerifyArgs, screen: &Screen) -> Result<u8, CliError> {
    // What cannot be asked at all is refused: 1 means that it was, and does not answer.
    let refused = |error: CliError| CliError { exit: exit::REFUSED, ..error };
    let recorded = Recorded::find(global, &args.name).map_err(refused)?;
    let name = &recorded.key.name;
    if recorded.inputs.until == Some(Goal::Active) {
        return Err(CliError::refused(say!(m::UNTIL_ACTIVE, name = name)).help(say!(m::UNTIL_ACTIVE_HELP)));
    }
    let outputs = recorded.outputs()?;
    let chain = desired::chain(&recorded.blueprint, &recorded.inputs, &recorded.key);
    if chain.nodes.is_empty() {
        return Err(CliError::refused(say!(m::NOTHING_INSTALLED, name = name)));
    }
    let secrets = history::secrets(&recorded.folder, &places::keys(global)?).map_err(refused)?;
    let embedded = target::is_there(&recorded.key);
    let verifier = Verifier {
        chain,
        outside: !embedded,
        cloud: None,
        secrets: Arc::new(secrets),
        limits: Limits::default(),
        patience: Duration::from_secs(args.wait),
    };
    target::framed(embedded, screen, |screen| {
        let seen = super::block_on(verify(global, &recorded, verifier, &outputs, screen))?;
        if screen.json {
            screen.print_json(&verification_json(&seen), true)?;
        } else {
            screen.print(&verification_text(&seen, &screen.look))?;
        }
        Ok(if seen.verdict() == Verdict::Answers { exit::DONE } else { exit::FAILED })
    })
}

async fn verify(
    global: &Global,
    recorded: &Recorded,
    mut verifier: Verifier,
    outputs: &Outputs,
    screen: &Screen,
) -> Result<Verification, CliError> {
    let mut interrupts = Interrupts::listen()?;
    if !verifier.outside {
        verifier.cloud = Some(interrupts.unless(recorded.connect(global)).await?.cloud);
    }
    let clock: &dyn Clock = &SystemClock;
    let asking = until(&verifier, outputs, clock, |seen, until| {
        let (hop, why) = culprit(seen, &screen.aside);
        let again = say!(v::EVENT_AGAIN, until = time(until), hop = hop, why = why);
        if !screen.json {
            screen.say(&format!("{}\n", screen.aside.say(&again)));
        }
    });
    let mut seen = interrupts.unless(async { Ok(asking.await) }).await?;
    let unreached = seen.hops.iter().any(|hop| hop.fault.as_ref().is_some_and(crate::event::Fault::is_unreached));
    if unreached && verifier.cloud.is_none() {
        // Only then is the cloud needed; without it the answer is no worse than it was.
        match interrupts.unless(recorded.connect(global)).await {
            Ok(session) => seen.guests = reports(&session.cloud, &verifier.chain, outputs, &verifier.secrets).await,
            Err(error) if error.exit == exit::INTERRUPTED => return Err(error),
            Err(error) => {
                let why = screen.aside.say(&error.text);
                screen.say(&format!("{}\n", screen.aside.say(&say!(m::NO_GUEST_VIEW, why = why))));
            }
        }
    }
    Ok(seen)
}
