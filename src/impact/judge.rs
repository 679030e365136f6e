//! Who uses the chosen Secrets, directly and through others, and whether deleting them heals itself.

use super::facts::FileFacts;
use super::guess;
use super::heal;
use super::select::{Chosen, Selected, fact, unhash};
use crate::graph::table::{Breaks, Target};
use crate::graph::{
    CLUSTER_ISSUER, CLUSTER_SECRET_STORE, CLUSTER_TRIGGER_AUTHENTICATION, Defined, Definition, FLUX_SOURCE,
    ISSUER, Index, MIDDLEWARE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, SECRET, SECRET_PROVIDER_CLASS,
    SECRET_STORE, SERVICE_ACCOUNT, STORAGE_CLASS, TRIGGER_AUTHENTICATION, Use, UseSite, VAULT_AUTH,
};
use crate::graph::{HashMap, HashSet};
use crate::source::Span;

/// A field by which something breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object that breaks.
    pub object: u32,
    /// Where the field's value stands; of a pod that leaves its account out, where it is described.
    pub span: Span,
    /// The field's path as the table writes it; `None` for what no row describes.
    pub row: Option<crate::graph::table::RowId>,
    /// The field that is not written, below what the span marks.
    pub unwritten: Option<&'static str>,
    /// Whether only the field's name tells that it names a Secret.
    pub guessed: bool,
    /// When it breaks.
    pub breaks: Breaks,
    /// The link through which it is reached, as an index into [`Verdict::links`]; it stands before this one.
    pub parent: Option<u32>,
}

/// How many objects a chain may lead through; longer ones go in circles, or were made to.
const MAX_STEPS: usize = 16;

/// What is to be known of a chosen Secret.
pub struct Verdict<'r> {
    /// The Secret.
    pub secret: Chosen<'r>,
    /// What uses it, those through others behind those that they are reached through.
    pub links: Vec<Link>,
    /// Objects that use it, but do without: file and object.
    pub optional: Vec<(u32, u32)>,
    /// What makes it again.
    pub healers: Vec<Healer<'r>>,
    /// Whether it is `immutable`.
    pub immutable: bool,
    /// Whether it is a ServiceAccount's token, and of which ("": not said).
    pub token: Option<Box<str>>,
    /// Its type, where one is known.
    pub kind: Option<Box<str>>,
}

/// What makes a Secret again.
pub struct Healer<'r> {
    /// What it makes.
    pub defined: Defined<'r>,
    /// Whether with values that serve.
    pub keeps_values: bool,
    /// Whether the same deletion breaks it.
    pub broken: bool,
}

impl Verdict<'_> {
    /// Whether the Secret comes back by itself.
    pub fn heals(&self) -> bool {
        self.healers.iter().any(|one| one.keeps_values && !one.broken)
    }

    /// Whether deleting it breaks something.
    pub fn is_blocked(&self) -> bool {
        !self.links.is_empty() && !self.heals()
    }

    /// Whether anything that was read defines it. Of a cloud secret nothing can.
    pub fn is_defined(&self) -> bool {
        self.secret.cloud || !self.secret.defined.is_empty()
    }

    /// The links through which a link is reached, from the Secret outwards.
    pub fn via(&self, link: &Link) -> Vec<&Link> {
        let mut via = Vec::new();
        let mut parent = link.parent;
        while let Some(link) = parent.and_then(|at| self.links.get(at as usize)) {
            via.push(link);
            parent = link.parent;
        }
        via.reverse();
        via
    }
}

/// The answer.
pub struct Judged<'r> {
    /// One verdict for each chosen Secret.
    pub verdicts: Vec<Verdict<'r>>,
}

impl Judged<'_> {
    /// Those whose deletion breaks something.
    pub fn blocked(&self) -> impl Iterator<Item = &Verdict<'_>> {
        self.verdicts.iter().filter(|verdict| verdict.is_blocked())
    }
}

/// Finds what deleting the selected Secrets breaks.
pub fn judge<'r>(index: &Index<'r>, facts: &[FileFacts], selected: Selected<'r>) -> Judged<'r> {
    let users = Users::new(index, facts);
    let verdicts: Vec<Verdict<'r>> = selected
        .chosen
        .into_iter()
        .map(|secret| {
            let Chain { links, optional, .. } = Chain::of(&users, &secret);
            let known = || secret.defined.iter().filter_map(|defined| fact(facts, defined));
            let healers = secret.defined.iter().filter(|defined| {
                let row = defined.fact.row.map(|row| index.table().row(row));
                row.is_some_and(|row| row.remakes)
            });
            let healers = healers.map(|defined| Healer {
                defined: *defined,
                keeps_values: heal::keeps_values(group(index, defined)),
                // A store's own token may be made by what reads it from that store.
                broken: links.iter().any(|link| {
                    link.breaks == Breaks::Now
                        && link.file == defined.file
                        && Some(link.object) == defined.fact.object
                }),
            });
            Verdict {
                healers: healers.collect(),
                immutable: known().any(|fact| fact.immutable),
                token: known().find_map(|fact| fact.account.clone()),
                kind: known().find_map(|fact| fact.kind.clone()),
                links,
                optional,
                secret,
            }
        })
        .collect();
    let mut judged = Judged { verdicts };
    judged.break_healers();
    judged
}

fn group<'r>(index: &Index<'r>, defined: &Defined<'r>) -> &'r str {
    defined
        .fact
        .object
        .and_then(|object| index.object(defined.file, object))
        .map_or("", |object| index.files[defined.file as usize].str(object.group))
}

impl Judged<'_> {
    /// What the same deletion breaks makes nothing again: an ExternalSecret whose store has lost its token.
    fn break_healers(&mut self) {
        loop {
            let broken: HashSet<(u32, u32)> = self
                .blocked()
                .flat_map(|verdict| &verdict.links)
                .filter(|link| link.breaks == Breaks::Now)
                .map(|link| (link.file, link.object))
                .collect();
            let mut changed = false;
            for verdict in &mut self.verdicts {
                for healer in &mut verdict.healers {
                    let object = healer
                        .defined
                        .fact
                        .object
                        .map(|object| (healer.defined.file, object));
                    if !healer.broken && object.is_some_and(|object| broken.contains(&object)) {
                        healer.broken = true;
                        changed = true;
                    }
                }
            }
            if !changed {
                return;
            }
        }
    }
}

/// Who names what.
struct Users<'a, 'r> {
    index: &'a Index<'r>,
    facts: &'a [FileFacts],
    /// The fields that name something; those of one name stand together.
    sites: Vec<UseSite<'r>>,
    /// Where those of a name start, and how many there are.
    by_name: HashMap<(Target, &'r str), (u32, u32)>,
    /// Secrets of the cloud service: file and place in [`FileFacts::cloud`].
    cloud: HashMap<&'a str, Vec<(u32, u32)>>,
    /// The same of [`FileFacts::guesses`].
    guesses: HashMap<&'a str, Vec<(u32, u32)>>,
}

/// What breaks whoever names it, when a Secret that it needs is gone.
const HAND_ON: [Target; 13] = [
    CLUSTER_ISSUER,
    CLUSTER_SECRET_STORE,
    CLUSTER_TRIGGER_AUTHENTICATION,
    FLUX_SOURCE,
    ISSUER,
    MIDDLEWARE,
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    SECRET_PROVIDER_CLASS,
    SECRET_STORE,
    STORAGE_CLASS,
    TRIGGER_AUTHENTICATION,
    VAULT_AUTH,
];

impl<'a, 'r> Users<'a, 'r> {
    fn new(index: &'a Index<'r>, facts: &'a [FileFacts]) -> Self {
        let followed = |target| target == SECRET || target == SERVICE_ACCOUNT || HAND_ON.contains(&target);
        let mut sites: Vec<UseSite<'r>> = index.uses().filter(|site| followed(site.fact.target)).collect();
        sites.sort_by_key(|site| (site.fact.target, site.name));
        let mut by_name: HashMap<(Target, &'r str), (u32, u32)> = HashMap::default();
        for (at, site) in (0..).zip(&sites) {
            by_name.entry((site.fact.target, site.name)).or_insert((at, 0)).1 += 1;
        }
        let mut cloud: HashMap<&str, Vec<(u32, u32)>> = HashMap::default();
        for (file, facts) in (0..).zip(facts) {
            for (at, used) in (0..).zip(&facts.cloud) {
                cloud.entry(&used.name).or_default().push((file, at));
            }
        }
        let mut guesses: HashMap<&str, Vec<(u32, u32)>> = HashMap::default();
        for (file, facts) in (0..).zip(facts) {
            for (at, guess) in (0..).zip(&facts.guesses) {
                guesses.entry(&guess.name).or_default().push((file, at));
            }
        }
        Users {
            index,
            facts,
            guesses,
            sites,
            by_name,
            cloud,
        }
    }

    fn named(&self, target: Target, name: &str) -> &[UseSite<'r>] {
        let (start, count) = self.by_name.get(&(target, name)).copied().unwrap_or_default();
        &self.sites[start as usize..(start + count) as usize]
    }

    /// Fields that may mean a name as it stands in a source, or with what kustomizations put around it.
    fn of(&self, target: Target, name: &str) -> Vec<UseSite<'r>> {
        let mut sites: Vec<UseSite<'r>> = self.named(target, name).to_vec();
        for (prefix, suffix) in self.index.affixes() {
            let full = format!("{prefix}{name}{suffix}");
            if full != name && self.index.named(target, &full).is_empty() {
                sites.extend_from_slice(self.named(target, &full));
            }
        }
        sites.sort_by_key(|site| (site.file, site.fact.object, site.fact.span));
        sites
    }

    /// What an object is and makes.
    fn definitions(&self, file: u32, object: u32) -> &'r [Definition] {
        let all = &self.index.files[file as usize].definitions;
        // They stand in the order of their objects.
        let start = all.partition_point(|one| one.object < Some(object));
        let end = all.partition_point(|one| one.object <= Some(object));
        all.get(start..end).unwrap_or_default()
    }

    /// The fields of an object that name something.
    fn uses(&self, file: u32, object: u32) -> &'r [Use] {
        let all = &self.index.files[file as usize].uses;
        let start = all.partition_point(|one| one.object < object);
        let end = all.partition_point(|one| one.object <= object);
        all.get(start..end).unwrap_or_default()
    }

    fn path(&self, used: &Use) -> &'r str {
        let table = self.index.table();
        table.str(table.row(used.row).path)
    }

    /// Whether the namespaces that an object can end up in hold this one; empty is any.
    fn may_be_in(&self, file: u32, own: &str, namespace: &str) -> bool {
        own == namespace
            || self
                .index
                .namespaces(file, own)
                .any(|one| one.is_empty() || one == namespace)
    }
}

/// The walk from one Secret to all that needs it.
struct Chain<'u, 'a, 'r> {
    users: &'u Users<'a, 'r>,
    /// The namespace that the Secret is deleted in; empty: not known.
    namespace: String,
    links: Vec<Link>,
    optional: Vec<(u32, u32)>,
    walked: HashSet<(u32, u32)>,
}

impl<'u, 'a, 'r> Chain<'u, 'a, 'r> {
    fn of(users: &'u Users<'a, 'r>, secret: &Chosen<'r>) -> Self {
        let mut chain = Chain {
            users,
            namespace: secret.namespace.to_string(),
            links: Vec::new(),
            optional: Vec::new(),
            walked: HashSet::default(),
        };
        if secret.cloud {
            chain.cloud(&secret.name);
        } else {
            chain.direct(secret);
        }
        // The list grows while it is walked; each object is walked once.
        let mut at = 0;
        while let Some(link) = chain.links.get(at).cloned() {
            if link.breaks != Breaks::FallsBack
                && chain.steps(&link) < MAX_STEPS
                && chain.walked.insert((link.file, link.object))
            {
                chain.through(at as u32, &link, secret.cloud);
            }
            at += 1;
        }
        chain
    }

    /// The objects between the Secret and this link, at most [`MAX_STEPS`].
    fn steps(&self, link: &Link) -> usize {
        let above = |link: &&Link| link.parent.and_then(|at| self.links.get(at as usize));
        std::iter::successors(Some(link), above)
            .take(MAX_STEPS + 1)
            .count()
            - 1
    }

    fn cloud(&mut self, name: &str) {
        for &(file, at) in self.users.cloud.get(name).into_iter().flatten() {
            let used = &self.users.facts[file as usize].cloud[at as usize];
            self.links.push(Link {
                file,
                object: used.object,
                span: used.span,
                row: None,
                unwritten: None,
                guessed: false,
                breaks: Breaks::OnRestart,
                parent: None,
            });
        }
    }

    /// The fields that name the Secret.
    fn direct(&mut self, secret: &Chosen<'r>) {
        let index = self.users.index;
        let mut names: Vec<&str> = vec![&secret.name];
        // An inventory has names as kustomize made them; sources use them without their hashes.
        if let Some((bare, _)) = unhash(&secret.name) {
            let generated = index
                .named(SECRET, bare)
                .iter()
                .any(|one| one.fact.object.is_none());
            names.extend(generated.then_some(bare));
        }
        names.extend(secret.defined.iter().map(|one| one.name));
        names.sort_unstable();
        names.dedup();
        let mut seen = HashSet::default();
        let mut abroad = Vec::new();
        for name in names {
            self.guessed(secret, name);
            for site in self.users.of(SECRET, name) {
                if !seen.insert((site.file, site.fact.object, site.fact.span)) {
                    continue;
                }
                let near = if self.namespace.is_empty() {
                    secret.defined.is_empty() || secret.defined.iter().any(|one| index.compatible(&site, one))
                } else {
                    index.row(&site).any_namespace
                        || self.users.may_be_in(site.file, site.namespace, &self.namespace)
                };
                if site.fact.optional {
                    if near {
                        self.optional.push((site.file, site.fact.object));
                    }
                } else if near {
                    self.link(&site, None);
                } else {
                    abroad.push(site);
                }
            }
        }
        // A Secret that is copied into other namespaces takes its copies along.
        if let Some(copied) = secret.defined.iter().find(|one| self.is_copied(one))
            && !abroad.is_empty()
        {
            let own = copied.fact;
            self.links.push(Link {
                file: copied.file,
                object: own.object.unwrap_or_default(),
                span: own.span,
                row: None,
                unwritten: None,
                guessed: false,
                breaks: Breaks::Now,
                parent: None,
            });
            let parent = Some(self.links.len() as u32 - 1);
            self.walked.insert((copied.file, own.object.unwrap_or_default()));
            for site in abroad {
                self.link(&site, parent);
            }
        }
    }

    /// Fields that look as if they named the Secret.
    fn guessed(&mut self, secret: &Chosen<'r>, name: &str) {
        let users = self.users;
        for &(file, at) in users.guesses.get(name).into_iter().flatten() {
            let guess = &users.facts[file as usize].guesses[at as usize];
            let namespace = guess::namespace(users.index, file, guess);
            let meets = if self.namespace.is_empty() {
                let together = |one: &Defined<'_>| {
                    users
                        .index
                        .share_namespace((file, namespace), (one.file, one.namespace))
                };
                secret.defined.is_empty() || secret.defined.iter().any(together)
            } else {
                users.may_be_in(file, namespace, &self.namespace)
            };
            if meets {
                self.links.push(Link {
                    file,
                    object: guess.object,
                    span: guess.span,
                    row: None,
                    unwritten: None,
                    guessed: true,
                    breaks: Breaks::OnRestart,
                    parent: None,
                });
            }
        }
    }

    /// Whether the object that is or makes a Secret has it copied into other namespaces.
    fn is_copied(&self, defined: &Defined<'_>) -> bool {
        let table = self.users.index.table();
        let copies = |one: &Definition| {
            let row = one.row.map(|row| table.row(row));
            one.target == SECRET && row.is_some_and(|row| row.any_namespace && !row.remakes)
        };
        let own = defined.fact.row.map(|row| table.row(row));
        !own.is_some_and(|row| row.any_namespace)
            && defined
                .fact
                .object
                .is_some_and(|object| self.users.definitions(defined.file, object).iter().any(copies))
    }

    fn link(&mut self, site: &UseSite<'r>, parent: Option<u32>) {
        let breaks = self.users.index.row(site).breaks;
        self.links.push(Link {
            file: site.file,
            object: site.fact.object,
            span: site.fact.span,
            row: Some(site.fact.row),
            unwritten: None,
            guessed: false,
            breaks: self.later(parent, breaks),
            parent,
        });
    }

    /// Nothing breaks before what it is reached through does.
    fn later(&self, parent: Option<u32>, own: Breaks) -> Breaks {
        match parent
            .and_then(|at| self.links.get(at as usize))
            .map(|link| link.breaks)
        {
            Some(parent) if own == Breaks::Now => parent,
            Some(Breaks::OnPull) => Breaks::OnPull,
            _ => own,
        }
    }

    /// What breaks because this object does.
    fn through(&mut self, at: u32, link: &Link, cloud: bool) {
        let users = self.users;
        for one in users.definitions(link.file, link.object) {
            let follow = match (one.row, one.target) {
                (None, SERVICE_ACCOUNT) => {
                    self.through_account(at, link, one, cloud);
                    false
                }
                (None, target) => target == SECRET || HAND_ON.contains(&target),
                // What a class makes lives no longer than the pods that mount it.
                (Some(_), SECRET) => cloud && self.is_provider_class(link),
                _ => false,
            };
            if follow {
                self.follow(at, link.file, one);
            }
        }
        // A volume breaks the claim that it is bound to.
        for used in users.uses(link.file, link.object) {
            if used.target == PERSISTENT_VOLUME_CLAIM && users.path(used) == "spec.claimRef.name" {
                let facts = &users.index.files[link.file as usize];
                let namespace = facts.str(used.namespace);
                for site in users.of(PERSISTENT_VOLUME_CLAIM, facts.str(used.name)) {
                    let own = site.file == link.file && site.fact.object == link.object;
                    if !own && (namespace.is_empty() || users.may_be_in(site.file, site.namespace, namespace))
                    {
                        self.link(&site, Some(at));
                    }
                }
            }
        }
    }

    fn is_provider_class(&self, link: &Link) -> bool {
        let own = self.users.definitions(link.file, link.object);
        own.iter()
            .any(|one| one.row.is_none() && one.target == SECRET_PROVIDER_CLASS)
    }

    /// Whoever names what is defined here.
    fn follow(&mut self, at: u32, file: u32, one: &'r Definition) {
        for site in self.followers(file, one) {
            // A claim is named by the volume that is bound to it, which does not need it.
            if self.users.path(site.fact) != "spec.claimRef.name" {
                self.link(&site, Some(at));
            }
        }
    }

    fn followers(&self, file: u32, one: &'r Definition) -> Vec<UseSite<'r>> {
        let facts = &self.users.index.files[file as usize];
        let defined = Defined {
            file,
            target: one.target,
            name: facts.str(one.name),
            namespace: facts.str(one.namespace),
            fact: one,
        };
        let mut sites = self.users.of(one.target, defined.name);
        sites.retain(|site| !site.fact.optional);
        if self.users.index.table().scope(one.target).cluster {
            return sites;
        }
        let here = self.namespace.as_str();
        let is_here = !here.is_empty() && self.users.may_be_in(file, defined.namespace, here);
        sites.retain(|site| {
            self.users.index.compatible(site, &defined)
                // An object that overlays put into several namespaces is looked at in this one.
                && (!is_here || self.users.may_be_in(site.file, site.namespace, here))
        });
        sites
    }

    /// Pods get a ServiceAccount's Secrets for pulling images, unless they name their own.
    fn through_account(&mut self, at: u32, link: &Link, account: &'r Definition, cloud: bool) {
        let users = self.users;
        let pulls = |used: &Use| users.path(used).ends_with("imagePullSecrets[].name");
        let row = link.row.map(|row| users.index.table().row(row));
        let is_pull = row.is_some_and(|row| users.index.table().str(row.path) == "imagePullSecrets[].name");
        if !cloud && !is_pull {
            return;
        }
        for site in self.followers(link.file, account) {
            let path = users.path(site.fact);
            let runs = path.ends_with("serviceAccountName") || path.ends_with("serviceAccount");
            let own = users.uses(site.file, site.fact.object);
            let needs = if cloud {
                // A class that was read says itself what it needs.
                own.iter().any(|used| self.mounts_unknown_class(site.file, used))
            } else {
                !own.iter().any(pulls)
            };
            if runs && needs {
                self.link(&site, Some(at));
                if let Some(last) = self.links.last_mut() {
                    last.breaks = link.breaks;
                }
            }
        }
        let facts = &users.index.files[link.file as usize];
        if !cloud && facts.str(account.name) == "default" {
            self.default_accounts(at, link, facts.str(account.namespace));
        }
    }

    fn mounts_unknown_class(&self, file: u32, used: &Use) -> bool {
        let index = self.users.index;
        let name = index.files[file as usize].str(used.name);
        used.target == SECRET_PROVIDER_CLASS && index.named(SECRET_PROVIDER_CLASS, name).is_empty()
    }

    /// Pods that name no account run under the one called `default`.
    fn default_accounts(&mut self, at: u32, link: &Link, own: &str) {
        let users = self.users;
        let places: Vec<&str> = users.index.namespaces(link.file, own).collect();
        for (file, facts) in (0..).zip(users.facts) {
            for &(object, span) in &facts.default_accounts {
                let Some(fact) = users.index.object(file, object) else {
                    continue;
                };
                let namespace = users.index.files[file as usize].str(fact.namespace);
                let runs_here = places
                    .iter()
                    .any(|place| place.is_empty() || users.may_be_in(file, namespace, place));
                if runs_here {
                    self.links.push(Link {
                        file,
                        object,
                        span,
                        row: None,
                        unwritten: Some("serviceAccountName"),
                        guessed: false,
                        breaks: link.breaks,
                        parent: Some(at),
                    });
                }
            }
        }
    }
}
