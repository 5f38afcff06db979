//! Every operation of every model by name and address, as static tables without a pointer an operation: all names and
//! paths are one text, and an operation is a few small numbers. A table of `&str` would be ten times the size and would
//! have to be relocated when the program starts.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::emit::service_value;
use crate::model::{Kind, Member, Model, Operation};

/// The Rust text of the catalog of these models, which must be sorted by id.
pub fn generate(models: &[Model]) -> String {
    let mut tables = Tables::default();
    tables.extra(String::from(
        "Extra { query_literals: &[], required_query: &[], required_headers: &[], host_prefix: None }",
    ));
    let mut services = String::new();
    for model in models {
        let first = tables.count;
        model.operations.values().for_each(|operation| tables.operation(model, operation));
        let value = service_value(&model.id, &model.service);
        let prefix = &model.service.action_prefix;
        let _ = writeln!(
            services,
            "ServiceEntry {{ schema: {value}, action_prefix: {prefix:?}, first: {first}, count: {} }},",
            model.operations.len()
        );
    }
    tables.render(&services) + &indexes(models) + &crate::namespaces::generate(models)
}

#[derive(Default)]
struct Tables {
    text: String,
    places: BTreeMap<String, usize>,
    methods: Vec<String>,
    extras: Vec<String>,
    records: String,
    count: usize,
}

impl Tables {
    fn operation(&mut self, model: &Model, operation: &Operation) {
        let (path, query) = operation.uri.split_once('?').unwrap_or((&operation.uri, ""));
        let name_start = self.place(&operation.name);
        let path_start = self.place(path);
        let method = position(&mut self.methods, operation.method.clone());
        let extra = self.extra(extra(model, operation, query));
        let flags = u8::from(operation.unsigned)
            | u8::from(streams(model, operation)) << 1
            | u8::from(operation.deprecated) << 2;
        let (name_length, path_length) = (operation.name.len(), path.len());
        let _ = writeln!(
            self.records,
            "Record({name_start},{path_start},{extra},{name_length},{path_length},{method},{flags}),"
        );
        self.count += 1;
    }

    /// Where this text stands in the one text.
    fn place(&mut self, text: &str) -> usize {
        if let Some(start) = self.places.get(text) {
            return *start;
        }
        let start = self.text.len();
        self.text += text;
        self.places.insert(text.to_owned(), start);
        start
    }

    fn extra(&mut self, extra: String) -> usize {
        position(&mut self.extras, extra)
    }

    fn render(&self, services: &str) -> String {
        format!(
            "static TEXT: &str = {:?};\nstatic METHODS: &[&str] = &{:?};\nstatic EXTRAS: &[Extra] = &[{}];\n\
             static RECORDS: [Record; {}] = [\n{}];\n\
             /// All services, sorted by id.\npub static SERVICES: &[ServiceEntry] = &[\n{services}];\n",
            self.text,
            self.methods,
            self.extras.join(",\n"),
            self.count,
            self.records
        )
    }
}

fn position(all: &mut Vec<String>, one: String) -> usize {
    all.iter().position(|other| *other == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}

/// What tells apart operations of one method and path.
fn extra(model: &Model, operation: &Operation, query: &str) -> String {
    let literals: Vec<(&str, Option<&str>)> = query.split('&').filter(|part| !part.is_empty()).map(literal).collect();
    format!(
        "Extra {{ query_literals: &{literals:?}, required_query: &{:?}, required_headers: &{:?}, host_prefix: {:?} }}",
        required(model, operation, "Query"),
        required(model, operation, "Header"),
        operation.host_prefix
    )
}

fn literal(part: &str) -> (&str, Option<&str>) {
    part.split_once('=').map_or((part, None), |(key, value)| (key, Some(value)))
}

fn required<'a>(model: &'a Model, operation: &Operation, place: &str) -> Vec<&'a str> {
    let at =
        |member: &'a Member| member.location.as_ref().filter(|(location, _)| member.required && *location == place);
    model.shape(&operation.input).members.iter().filter_map(at).map(|(_, name)| name.as_str()).collect()
}

fn streams(model: &Model, operation: &Operation) -> bool {
    model.shape(&operation.input).members.iter().any(|m| model.kind(m) == Kind::ByteStream)
}

/// Positions of services sorted by what requests name them with.
fn indexes(models: &[Model]) -> String {
    let sorted = |key: fn(&Model) -> &str| {
        let mut order: Vec<usize> = (0..models.len()).filter(|i| !key(&models[*i]).is_empty()).collect();
        order.sort_by_key(|i| key(&models[*i]));
        order
    };
    format!(
        "static BY_TARGET_PREFIX: &[u8] = &{:?};\nstatic BY_SIGNING_NAME: &[u8] = &{:?};\n",
        sorted(|m| &m.service.target_prefix),
        sorted(|m| &m.service.signing_name)
    )
}
