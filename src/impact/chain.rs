//! The walk from one Secret to all that needs it, directly and through others.

use std::borrow::Cow;

use super::fetched::One;
use super::guess;
use super::judge::Link;
use super::select::{Chosen, unhash};
use super::users::{HAND_ON, Users};
use crate::graph::table::{Breaks, Target};
use crate::graph::{
    Defined, Definition, PERSISTENT_VOLUME_CLAIM, SECRET, SECRET_PROVIDER_CLASS, SERVICE_ACCOUNT, Use,
    UseSite,
};
use crate::hash::HashSet;
use crate::placeholder::unrendered;

/// How many objects a chain may lead through; longer ones go in circles, or were made to.
const MAX_STEPS: usize = 16;

/// The walk from one Secret to all that needs it.
pub(super) struct Chain<'u, 'a, 'r> {
    users: &'u Users<'a, 'r>,
    /// The namespace that the Secret is deleted in; empty: not known.
    namespace: String,
    pub(super) links: Vec<Link>,
    pub(super) optional: Vec<(u32, u32)>,
    walked: HashSet<(u32, u32)>,
}

impl<'u, 'a, 'r> Chain<'u, 'a, 'r> {
    pub(super) fn of(users: &'u Users<'a, 'r>, secret: &Chosen<'r>) -> Self {
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
            self.links
                .push(Link::by(file, used.object, used.span, Breaks::OnRestart));
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
        for site in self.users.vague(&secret.name) {
            if !site.fact.optional && self.is_near(secret, site) {
                self.link(site, None);
                if let Some(last) = self.links.last_mut() {
                    last.guessed = true;
                }
            }
        }
        // A Secret that is copied into other namespaces takes its copies along. What a kustomization generates is no
        // object that could stand between.
        let copied = |one: &Defined<'_>| {
            let row = one.fact.row.map(|row| index.table().row(row));
            one.fact.object.is_none() && row.is_some_and(|row| row.any_namespace)
        };
        let goes_abroad = secret
            .defined
            .iter()
            .any(|one| copied(one) || self.is_copied(one));
        self.fetched(secret, &names);
        for name in names {
            self.guessed(secret, name);
            // Charts are told the names as kustomizations make them.
            for full in self.users.around(SECRET, name) {
                self.guessed(secret, &full);
            }
            let sites = if goes_abroad {
                self.users.of(SECRET, name)
            } else {
                self.users.of_within(SECRET, name, &self.namespace)
            };
            for site in sites {
                if !seen.insert((site.file, site.fact.object, site.fact.span)) {
                    continue;
                }
                let near = self.is_near(secret, &site);
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
        if secret.defined.iter().any(copied) {
            for site in std::mem::take(&mut abroad) {
                self.link(&site, None);
            }
        }
        if let Some(copied) = secret.defined.iter().find(|one| self.is_copied(one))
            && !abroad.is_empty()
        {
            let own = copied.fact;
            self.links.push(Link {
                copied: true,
                ..Link::by(copied.file, own.object.unwrap_or_default(), own.span, Breaks::Now)
            });
            let parent = Some(self.links.len() as u32 - 1);
            self.walked.insert((copied.file, own.object.unwrap_or_default()));
            for site in abroad {
                self.link(&site, parent);
            }
        }
    }

    /// Whether a field looks where the Secret is.
    fn is_near(&self, secret: &Chosen<'r>, site: &UseSite<'r>) -> bool {
        let index = self.users.index;
        if self.namespace.is_empty() {
            return secret.defined.is_empty() || secret.defined.iter().any(|one| index.compatible(site, one));
        }
        index.row(site).any_namespace || self.users.may_be_in(site.file, site.namespace, &self.namespace)
    }

    /// What External Secrets reads by the Secret's labels, or by these names.
    fn fetched(&mut self, secret: &Chosen<'r>, names: &[&str]) {
        let users = self.users;
        for one in users.fetched.by_labels(users.facts, secret) {
            self.fetch(one, false);
        }
        let mut seen = HashSet::default();
        let around = names.iter().flat_map(|name| users.around(SECRET, name));
        for name in names
            .iter()
            .map(|name| Cow::from(*name))
            .chain(around.map(Cow::from))
        {
            for (one, guessed) in users.fetched.of(&name) {
                if seen.insert((one.file, one.fetch.span)) {
                    self.fetch(one, guessed);
                }
            }
        }
    }

    fn fetch(&mut self, one: &One<'_>, guessed: bool) {
        let unknown = one.namespace.is_empty() || self.namespace.is_empty();
        if !unknown && one.namespace != self.namespace {
            return;
        }
        let (users, at) = (self.users, self.links.len() as u32);
        self.links.push(Link {
            guessed,
            ..Link::by(one.file, one.fetch.object, one.fetch.span, Breaks::Now)
        });
        let made = users.definitions(one.file, one.fetch.object).iter();
        for made in made.filter(|made| one.fetch.deletes && made.target == SECRET) {
            self.follow(at, one.file, made);
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
                    guessed: true,
                    ..Link::by(file, guess.object, guess.span, Breaks::OnRestart)
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
        let breaks = self.later(parent, breaks);
        self.links.push(Link {
            row: Some(site.fact.row),
            parent,
            ..Link::by(site.file, site.fact.object, site.fact.span, breaks)
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
            let bound = self.users.path(site.fact) == "spec.claimRef.name";
            if !bound && !self.goes_on(at, one.target, &site) {
                self.link(&site, Some(at));
            }
        }
    }

    /// Whether pods go on with a claim, and start again with it, since it lacks only what volumes are made and resized
    /// with.
    fn goes_on(&self, at: u32, target: Target, site: &UseSite<'r>) -> bool {
        let link = self.links.get(at as usize);
        target == PERSISTENT_VOLUME_CLAIM
            && link.is_some_and(|link| link.breaks == Breaks::OnNextUse)
            && self.users.index.row(site).breaks == Breaks::OnRestart
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
                let namespace = if unrendered(namespace) { "" } else { namespace };
                let runs_here = places
                    .iter()
                    .any(|place| place.is_empty() || users.may_be_in(file, namespace, place));
                if runs_here {
                    self.links.push(Link {
                        unwritten: Some("serviceAccountName"),
                        parent: Some(at),
                        ..Link::by(file, object, span, link.breaks)
                    });
                }
            }
        }
    }
}
