//! `Test::Thing`: resources that are made, changed and deleted in memory, and fail where their properties say so.

use std::collections::BTreeMap;
use std::sync::Arc;

use names::Tags;
use parking_lot::Mutex;
use serde_json::Value;
use service_kit::{
    Ctx, Error, Fault, Operations, Progress, PropertySource, ResourceFuture, ResourceType, Service, answer,
};

/// What was made, by its identifier. Clones are the same things.
#[derive(Clone, Default)]
pub(crate) struct Things(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    there: BTreeMap<String, PropertySource>,
    made: u32,
    looked: u32,
}

impl Things {
    /// A service that has this type.
    pub(crate) fn service(&self) -> Service {
        Service::new(&api_sts::SERVICE, Operations::new()).resource(self.clone())
    }

    /// Identifiers of all that are there.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.0.lock().there.keys().cloned().collect()
    }

    /// How many were ever made.
    pub(crate) fn made(&self) -> u32 {
        self.0.lock().made
    }

    /// A property of one.
    pub(crate) fn property(&self, id: &str, name: &str) -> Option<Value> {
        self.0.lock().there.get(id)?.get(name).cloned()
    }
}

fn refuse(properties: &PropertySource, when: &str) -> Result<(), Error> {
    match properties.get("Fail").and_then(Value::as_str) {
        Some(fail) if fail == when => Err(Fault::Invalid { message: format!("told to fail at {when}") }.into()),
        _ => Ok(()),
    }
}

impl ResourceType for Things {
    fn name(&self) -> &'static str {
        "Test::Thing"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Color", "Fail", "Never", "Name", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Color"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        properties.entry("Name").or_insert_with(|| invent(64).into());
    }

    fn create<'a>(&'a self, _: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            refuse(&properties, "create")?;
            let name = properties["Name"].as_str().unwrap_or_default().to_owned();
            let mut inner = self.0.lock();
            if inner.there.contains_key(&name) {
                return Err(Fault::Invalid { message: format!("{name} already exists") }.into());
            }
            inner.made += 1;
            inner.there.insert(name.clone(), properties);
            Ok(name)
        }
    }

    fn progress<'a>(&'a self, _: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! {
            let mut inner = self.0.lock();
            inner.looked += 1;
            let never = inner.there.get(id).is_some_and(|thing| thing.contains_key("Never"));
            Ok(if never { Progress::Underway } else { Progress::Settled })
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let mut thing = self.0.lock().there.get(id).cloned();
            if let Some(thing) = &mut thing {
                thing.insert("Arn".to_owned(), self.arn(ctx, id).into());
            }
            Ok(thing)
        }
    }

    fn update<'a>(&'a self, _: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            refuse(&properties, "update")?;
            self.0.lock().there.insert(id.to_owned(), properties);
            Ok(())
        }
    }

    fn delete<'a>(&'a self, _: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let mut inner = self.0.lock();
            if let Some(thing) = inner.there.get(id) {
                refuse(thing, "delete")?;
            }
            inner.there.remove(id);
            Ok(())
        }
    }

    fn list<'a>(&'a self, _: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(self.ids()) }
    }

    fn arn(&self, _: &Ctx, id: &str) -> String {
        format!("arn:aws:thing:::{id}")
    }

    fn tags<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}
