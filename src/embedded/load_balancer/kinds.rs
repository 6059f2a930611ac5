//! The kinds of Octavia's resources: their tables, words and attributes, and how one of them is found and shown.

use serde_json::{Value as Json, json};

use super::super::context::{Context, shown};
use super::super::fault::Fault;
use super::super::time::bare;
use super::super::world::{Row, World};
use super::attributes::{self, Attribute, references};

/// One kind of resource.
pub(super) struct Kind {
    /// Its table, and the collection's name in answers.
    pub(super) plural: &'static str,
    /// Its key in bodies.
    pub(super) key: &'static str,
    /// Its name in messages.
    pub(super) human: &'static str,
    /// Its parameter in messages about unknown attributes.
    pub(super) argument: &'static str,
    /// What it takes.
    pub(super) attributes: &'static [Attribute],
    /// Its name in a quota.
    pub(super) quota: &'static str,
    /// What a list may be filtered by besides its attributes.
    pub(super) filters: &'static [&'static str],
    /// Whether the lab's Octavia calls a new one ONLINE at once, without a heartbeat.
    pub(super) online: bool,
}

pub(super) static LOAD_BALANCER: Kind = Kind {
    plural: "loadbalancers",
    key: "loadbalancer",
    human: "Load Balancer",
    argument: "load_balancer.loadbalancer",
    attributes: attributes::LOAD_BALANCER,
    quota: "load_balancer",
    filters: &[],
    online: false,
};
pub(super) static LISTENER: Kind = Kind {
    plural: "listeners",
    key: "listener",
    human: "Listener",
    argument: "listener_.listener",
    attributes: attributes::LISTENER,
    quota: "listener",
    filters: &["load_balancer_id"],
    online: false,
};
pub(super) static POOL: Kind = Kind {
    plural: "pools",
    key: "pool",
    human: "Pool",
    argument: "pool_.pool",
    attributes: attributes::POOL,
    quota: "pool",
    filters: &["load_balancer_id"],
    online: false,
};
pub(super) static MEMBER: Kind = Kind {
    plural: "members",
    key: "member",
    human: "Member",
    argument: "member_.member",
    attributes: attributes::MEMBER,
    quota: "member",
    filters: &["pool_id"],
    online: false,
};
pub(super) static MONITOR: Kind = Kind {
    plural: "healthmonitors",
    key: "healthmonitor",
    human: "Health Monitor",
    argument: "health_monitor_.healthmonitor",
    attributes: attributes::MONITOR,
    quota: "health_monitor",
    filters: &[],
    online: true,
};
pub(super) static POLICY: Kind = Kind {
    plural: "l7policies",
    key: "l7policy",
    human: "L7 Policy",
    argument: "l7policy_.l7policy",
    attributes: attributes::POLICY,
    quota: "l7policy",
    filters: &[],
    online: true,
};
pub(super) static RULE: Kind = Kind {
    plural: "rules",
    key: "rule",
    human: "L7 Rule",
    argument: "l7rule_.rule",
    attributes: attributes::RULE,
    quota: "l7rule",
    filters: &[],
    online: true,
};

/// Every kind below a load balancer.
pub(super) static CHILDREN: [&Kind; 6] = [&LISTENER, &POOL, &MEMBER, &MONITOR, &POLICY, &RULE];

impl Kind {
    /// The name of its table in the world.
    pub(super) fn table(&self) -> String {
        format!("octavia_{}", self.plural)
    }

    /// Those with this text in an indexed field, in the order of ids.
    pub(super) fn of<'a>(&self, world: &'a World, field: &str, text: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
        world.by(&self.table(), field, text)
    }

    /// Those below that load balancer, oldest first.
    pub(super) fn below<'a>(&self, world: &'a World, balancer: &str) -> Vec<&'a Row> {
        world.rows_by(&self.table(), "_lb", balancer)
    }

    /// A row by its id.
    pub(super) fn get<'a>(&self, world: &'a World, id: &str) -> Option<&'a Row> {
        world.get(&self.table(), id)
    }

    /// Changes a row.
    pub(super) fn change(&self, world: &mut World, id: &str, change: impl FnOnce(&mut Row)) {
        world.change(&self.table(), id, change);
    }

    /// A row that the caller may see, or the refusal.
    pub(super) fn find(&self, context: &Context<'_>, id: &str) -> Result<Row, Fault> {
        let row = self.get(context.world, id).cloned().ok_or_else(|| self.missing(id))?;
        allowed(context, &row)?;
        Ok(row)
    }

    /// The refusal of an id that does not exist.
    pub(super) fn missing(&self, id: &str) -> Fault {
        Fault::new(404, format!("{} {id} not found.", self.human))
    }

    /// Writes a new row: its attributes and what every kind has.
    pub(super) fn insert(
        &self,
        context: &mut Context<'_>,
        project: &str,
        mut row: Row,
        private: &[(&str, &str)],
    ) -> String {
        let id = context.uuid();
        for gone in ["listeners", "pools", "members", "healthmonitor", "default_pool", "l7policies", "rules"] {
            row.remove(gone);
        }
        for gone in ["redirect_pool", "loadbalancer_id", "pool_id", "tenant_id"] {
            row.remove(gone);
        }
        if self.key == "pool" {
            row.remove("listener_id");
        }
        row.insert("id".into(), json!(id));
        row.insert("project_id".into(), json!(project));
        row.insert("tenant_id".into(), json!(project));
        row.insert("created_at".into(), json!(bare(context.now)));
        row.insert("updated_at".into(), Json::Null);
        row.insert("provisioning_status".into(), json!("PENDING_CREATE"));
        row.entry("operating_status").or_insert_with(|| json!("OFFLINE"));
        for (name, value) in private {
            row.insert((*name).to_owned(), json!(value));
        }
        context.world.put(&self.table(), &id, row);
        id
    }
}

/// Refuses a row of another project.
pub(super) fn allowed(context: &Context<'_>, row: &Row) -> Result<(), Fault> {
    if context.caller.is_admin() || row["project_id"] == context.caller.project.as_str() {
        Ok(())
    } else {
        Err(forbidden())
    }
}

/// The policy's refusal.
pub(super) fn forbidden() -> Fault {
    Fault::new(403, "Policy does not allow this request to be performed.")
}

/// A text of a row; empty if it is none.
pub(super) fn text(row: &Row, name: &str) -> String {
    row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// Which rows belong to which.
pub(super) struct Links<'a>(&'a World);

impl<'a> Links<'a> {
    pub(super) fn of(world: &'a World) -> Self {
        Self(world)
    }

    /// Ids in a relation to a row, oldest first.
    pub(super) fn ids(&self, way: &'static str, id: &str) -> Vec<String> {
        let (kind, parent): (&Kind, &str) = match way {
            "listeners" => (&LISTENER, "_lb"),
            "pools" => (&POOL, "_lb"),
            "pool listeners" => (&LISTENER, "default_pool_id"),
            "members" => (&MEMBER, "_pool"),
            "monitors" => (&MONITOR, "_pool"),
            "policies" => (&POLICY, "listener_id"),
            "rules" => (&RULE, "_policy"),
            _ => return Vec::new(),
        };
        self.0.rows_by(&kind.table(), parent, id).into_iter().map(|row| text(row, "id")).collect()
    }

    /// A row as clients see it.
    pub(super) fn show(&self, kind: &Kind, row: &Row) -> Row {
        let id = text(row, "id");
        let mut answer = shown(row);
        let mut add = |name: &str, value: Json| answer.insert(name.to_owned(), value);
        match kind.key {
            "loadbalancer" => {
                add("listeners", references(&self.ids("listeners", &id)));
                add("pools", references(&self.ids("pools", &id)));
            }
            "listener" => {
                add("loadbalancers", references([&text(row, "_lb")]));
                add("l7policies", references(&self.ids("policies", &id)));
            }
            "pool" => {
                add("loadbalancers", references([&text(row, "_lb")]));
                add("listeners", references(&self.ids("pool listeners", &id)));
                add("members", references(&self.ids("members", &id)));
                if let Some(monitor) = self.ids("monitors", &id).first() {
                    add("healthmonitor_id", json!(monitor));
                }
            }
            "healthmonitor" => {
                add("pools", references([&text(row, "_pool")]));
            }
            "l7policy" => {
                add("rules", references(&self.ids("rules", &id)));
            }
            _ => {}
        }
        answer
    }
}
