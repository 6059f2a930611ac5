//! The cloud itself: finds a request's operation, checks its token, carries it out, all or nothing.

use super::context::{Caller, Context};
use super::exchange::{Reply, Request};
use super::fault::Fault;
use super::operation::{Operation, Service};
use super::world::{Change, World};
use super::{compute, guest, identity, image, load_balancer, network, object_store};

/// Whose behaviour it shows, where releases differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// The lab's: its nested load balancer create leaves children pending for ever.
    #[default]
    Zed,
    /// Newer ones.
    Current,
}

/// How a cloud behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose behaviour it shows.
    pub release: Release,
    /// Ids are a function of this and of the requests so far.
    pub seed: String,
    /// How much of the usual durations things take: 1.0 realistic, 0.0 instant.
    pub pace: f64,
    /// How long a token lives, in seconds.
    pub token_seconds: i64,
    /// Whether it has an object store: not every cloud does.
    pub object_store: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { release: Release::Zed, seed: "embedded".into(), pace: 0.0, token_seconds: 14_400, object_store: true }
    }
}

/// One cloud. Requests are handled one at a time; their reply is a function of the world, the request and the time.
#[derive(Clone, Debug, Default)]
pub struct Cloud {
    /// All that exists.
    pub world: World,
    /// How it behaves.
    pub settings: Settings,
}

impl Cloud {
    /// A cloud with its projects, users, flavors, images and public network.
    pub fn seeded(settings: Settings, now: i64) -> Self {
        let mut cloud = Self { world: World::default(), settings };
        identity::seed(&mut cloud.world);
        for seed in SEEDS {
            seed(&mut cloud.world, now);
        }
        cloud.world.commit();
        cloud
    }

    /// Handles one request at a time: what it changed must be stored, in this order, before its reply is sent.
    pub fn handle(&mut self, now: i64, request: &Request) -> (Reply, Vec<Change>) {
        let number = self.world.next();
        // What ends with time has ended, whatever becomes of this request.
        let mut context = Context {
            world: &mut self.world,
            now,
            request,
            caller: Caller::default(),
            parameters: Vec::new(),
            settings: &self.settings,
        };
        load_balancer::settle(&mut context);
        guest::settle(&mut context);
        let mut changes = self.world.commit();
        let mut reply = match self.carry_out(now, request) {
            Ok(reply) => reply,
            Err(reply) => {
                self.world.rollback();
                reply
            }
        };
        if service_of(&request.path).is_some_and(|(service, _)| service == Service::Compute) {
            reply = compute::dressed(request, reply);
        }
        if !reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-openstack-request-id")) {
            let id = format!("req-{number:08x}-0000-4000-a000-{:012x}", now & 0xffff_ffff_ffff);
            reply = reply.header("x-openstack-request-id", id);
        }
        changes.extend(self.world.commit());
        (reply, changes)
    }

    fn carry_out(&mut self, now: i64, request: &Request) -> Result<Reply, Reply> {
        let Some((service, path)) = service_of(&request.path) else {
            return Err(Reply::typed(404, "text/plain", format!("no service at {}\n", request.path)));
        };
        let operations = operations(service);
        let found = operations.iter().find_map(|operation| {
            let same = operation.method == request.method
                || (request.method == "HEAD" && operation.method == "GET" && service != Service::ObjectStore);
            same.then(|| operation.matches(path)).flatten().map(|parameters| (operation, parameters))
        });
        let open = found.as_ref().is_some_and(|(operation, _)| operation.open);
        let caller = if open {
            Caller::default()
        } else {
            identity::caller(&self.world, now, request).map_err(|()| identity::unauthorized(service))?
        };
        let Some((operation, parameters)) = found else {
            let message = format!(
                "The embedded cloud does not know {} {} of the {} API ({}); docs/embedded.md lists what it knows",
                request.method,
                path,
                service.catalogue_type(),
                service.document()
            );
            return Err(refused(service, request, &Fault::new(501, message)));
        };
        if service == Service::Compute {
            compute::check(request)?;
        }
        let mut context =
            Context { world: &mut self.world, now, request, caller, parameters, settings: &self.settings };
        (operation.handler)(&mut context).map_err(|fault| refused(service, request, &fault))
    }
}

/// A refusal in the service's form; some services let the request choose it.
fn refused(service: Service, request: &Request, fault: &Fault) -> Reply {
    match service {
        Service::Image => image::refusal(request, fault),
        _ => fault.reply(service),
    }
}

/// What fills a new cloud, by service.
static SEEDS: &[fn(&mut World, i64)] = &[network::seed, compute::seed, image::seed];

/// The operations of a service.
pub fn operations(service: Service) -> &'static [Operation] {
    match service {
        Service::Identity => identity::OPERATIONS,
        Service::Compute => compute::OPERATIONS,
        Service::Network => network::OPERATIONS,
        Service::Image => image::OPERATIONS,
        Service::LoadBalancer => load_balancer::OPERATIONS,
        Service::ObjectStore => object_store::OPERATIONS,
    }
}

/// The service of a path, and the path behind its prefix.
pub(super) fn service_of(path: &str) -> Option<(Service, &str)> {
    if path == "/" {
        return Some((Service::Identity, "/"));
    }
    Service::ALL.into_iter().find_map(|service| {
        let rest = path.strip_prefix(service.prefix())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((service, if rest.is_empty() { "/" } else { rest }))
    })
}
