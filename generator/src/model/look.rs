//! Answers what the documents say stands at a JSON pointer: nothing, something, or that they do not say.

use std::collections::BTreeSet;

use super::{Documented, Expression, Facts, Further, JsonType, Schema, SchemaId, Schemas};
use crate::source::Span;

/// What stands at a pointer.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// The schema knows it.
    Found(Facts),
    /// The schema leaves it open: a free-form object, or no schema at all.
    Open,
    /// The schema knows what is there instead.
    Nowhere(Dead),
}

/// Where a pointer ends too early.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dead {
    /// How many of its segments lead somewhere.
    pub depth: usize,
    /// The properties that are there instead, in the document's order.
    pub properties: Vec<String>,
    /// The types of what has no such property.
    pub types: BTreeSet<JsonType>,
    /// The schema that has no such property.
    pub origin: Span,
}

/// A question is given up, and the schema taken to allow anything, when it has read so many schemas:
/// compositions that refer to each other would make it run for ever, and real ones need a dozen.
const FUEL: usize = 500;

impl Schemas {
    /// What stands at this pointer below this schema.
    pub fn look(&self, id: SchemaId, pointer: &str) -> Look {
        let mut at = vec![id];
        let mut is_sure = true;
        for (depth, segment) in pointer.split('/').skip(1).enumerate() {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            let step = self.step(&at, &segment);
            if step.next.is_empty() {
                if step.is_open {
                    return Look::Open;
                }
                return Look::Nowhere(self.dead(&at, depth));
            }
            is_sure &=
                step.is_sure && self.facts_of(&at).types == BTreeSet::from([JsonType::Object]);
            at = step.next;
        }
        let mut facts = self.facts_of(&at);
        facts.is_sure = is_sure && !facts.types.contains(&JsonType::Null);
        Look::Found(facts)
    }

    /// The pointer of the property of this name that is nearest to the top, where there is one.
    pub fn search(&self, id: SchemaId, name: &str) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut pending = std::collections::VecDeque::from([(id, String::new())]);
        while let Some((id, pointer)) = pending.pop_front() {
            if !seen.insert(id) || seen.len() > FUEL {
                continue;
            }
            for property in self
                .facets(&[id])
                .iter()
                .flat_map(|schema| &schema.properties)
            {
                let segment = property.name.replace('~', "~0").replace('/', "~1");
                let below = format!("{pointer}/{segment}");
                if property.name == name {
                    return Some(below);
                }
                pending.push_back((property.schema, below));
            }
        }
        None
    }

    /// What a schema says of its value.
    pub fn facts(&self, id: SchemaId) -> Facts {
        self.facts_of(&[id])
    }

    /// Whether what stands at this pointer requires this property.
    pub fn requires_at(&self, id: SchemaId, pointer: &str, name: &str) -> bool {
        let mut at = vec![id];
        for segment in pointer.split('/').skip(1) {
            at = self
                .step(&at, &segment.replace("~1", "/").replace("~0", "~"))
                .next;
        }
        let name = name.replace("~1", "/").replace("~0", "~");
        !at.is_empty() && self.step(&at, &name).is_sure
    }

    fn dead(&self, at: &[SchemaId], depth: usize) -> Dead {
        let mut properties: Vec<String> = Vec::new();
        for schema in self.facets(at) {
            for property in &schema.properties {
                if !properties.contains(&property.name) {
                    properties.push(property.name.clone());
                }
            }
        }
        let facts = self.facts_of(at);
        Dead {
            depth,
            properties,
            types: facts.types,
            origin: facts.origin,
        }
    }

    fn step(&self, at: &[SchemaId], segment: &str) -> Step {
        let mut step = Step::default();
        for schema in self.facets(at) {
            if let Some(property) = schema.properties.iter().find(|it| it.name == segment) {
                step.next.push(property.schema);
            } else if let Further::Of(id) = schema.further {
                step.next.push(id);
            }
            if let (Some(items), Ok(_)) = (schema.items, segment.parse::<usize>()) {
                step.next.push(items);
            }
            step.is_open |= schema.is_open();
        }
        let mut fuel = FUEL;
        step.is_sure = at.iter().all(|id| self.requires(*id, segment, &mut fuel));
        step
    }

    fn requires(&self, id: SchemaId, segment: &str, fuel: &mut usize) -> bool {
        let Some(schema) = self.get(id).filter(|_| burn(fuel)) else {
            return false;
        };
        let mut by = |id: &SchemaId| self.requires(*id, segment, fuel);
        schema.required.iter().any(|name| name == segment)
            || schema.all_of.iter().any(&mut by)
            || schema.any_of.iter().any(|list| list.iter().all(&mut by))
    }

    /// The schemas themselves and all that they are composed of.
    fn facets(&self, at: &[SchemaId]) -> Vec<&Schema> {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<SchemaId> = at.iter().rev().copied().collect();
        let mut facets = Vec::new();
        while let Some(id) = pending.pop() {
            let Some(schema) = self.get(id).filter(|_| seen.insert(id)) else {
                continue;
            };
            facets.push(schema);
            let parts = schema.all_of.iter().chain(schema.any_of.iter().flatten());
            pending.extend(parts.rev());
        }
        facets
    }

    fn facts_of(&self, at: &[SchemaId]) -> Facts {
        let mut fuel = FUEL;
        let any = at.iter().map(|id| self.facts_to(*id, &mut fuel));
        any.reduce(Facts::or).unwrap_or_default()
    }

    fn facts_to(&self, id: SchemaId, fuel: &mut usize) -> Facts {
        let Some(schema) = self.get(id).filter(|_| burn(fuel)) else {
            return Facts::default();
        };
        let mut facts = schema.own_facts();
        for id in &schema.all_of {
            facts = facts.and(self.facts_to(*id, fuel));
        }
        for list in &schema.any_of {
            let any = list
                .iter()
                .map(|id| self.facts_to(*id, fuel))
                .reduce(Facts::or);
            facts = facts.and(any.unwrap_or_default());
        }
        if schema.is_nullable && !facts.types.is_empty() {
            facts.types.insert(JsonType::Null);
        }
        facts
    }
}

impl Documented {
    /// The default of `errorCode`: `$response.body#/error` where any documented body, a 2xx too, has a
    /// string there.
    pub fn default_error_code(&self, schemas: &Schemas) -> Option<Expression> {
        let bodies = self.responses.iter().flat_map(|response| &response.bodies);
        let mut ids = bodies.filter_map(|body| body.schema);
        let is_text = |id| match schemas.look(id, "/error") {
            Look::Found(facts) => facts.types.contains(&JsonType::String),
            Look::Open | Look::Nowhere(_) => false,
        };
        ids.any(is_text)
            .then(|| Expression::ResponseBody("/error".to_owned()))
    }
}

impl Schema {
    /// Whether there may be properties that the schema does not name.
    fn is_open(&self) -> bool {
        match self.further {
            Further::Open | Further::Of(_) => true,
            Further::Closed => false,
            Further::Unsaid => {
                self.properties.is_empty()
                    && self.items.is_none()
                    && self.all_of.is_empty()
                    && self.any_of.is_empty()
                    && self.values.is_empty()
                    && self.types.iter().all(|ty| *ty == JsonType::Object)
            }
        }
    }
}

impl Look {
    /// Whether it is there, and not null, in every answer that keeps to the schema.
    pub fn is_sure(&self) -> bool {
        matches!(self, Self::Found(facts) if facts.is_sure)
    }
}

fn burn(fuel: &mut usize) -> bool {
    *fuel = fuel.saturating_sub(1);
    *fuel > 0
}

#[derive(Default)]
struct Step {
    next: Vec<SchemaId>,
    is_open: bool,
    is_sure: bool,
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    fn of(types: &[JsonType]) -> Schema {
        Schema {
            types: types.to_vec(),
            ..Schema::default()
        }
    }

    fn object(properties: &[(&str, usize)], required: &[&str]) -> Schema {
        let property = |(name, id): &(&str, usize)| Property {
            name: (*name).to_owned(),
            key_span: Span::default(),
            schema: SchemaId(*id),
        };
        Schema {
            properties: properties.iter().map(property).collect(),
            required: required.iter().map(ToString::to_string).collect(),
            ..of(&[JsonType::Object])
        }
    }

    fn is_found(schemas: &Schemas, pointer: &str) -> bool {
        matches!(schemas.look(SchemaId(0), pointer), Look::Found(_))
    }

    #[test]
    fn what_is_there_is_told_apart_from_what_is_open_and_what_is_nowhere() {
        let schemas = Schemas(vec![
            object(&[("a", 1), ("free", 2)], &[]),
            of(&[JsonType::String]),
            of(&[JsonType::Object]),
        ]);
        assert!(is_found(&schemas, "/a"));
        assert_eq!(schemas.look(SchemaId(0), "/free/x/y"), Look::Open);
        let Look::Nowhere(dead) = schemas.look(SchemaId(0), "/b") else {
            panic!("nothing is there");
        };
        assert_eq!(
            (dead.depth, dead.properties),
            (0, vec!["a".to_owned(), "free".to_owned()])
        );
        let Look::Nowhere(dead) = schemas.look(SchemaId(0), "/a/b") else {
            panic!("a text has no properties");
        };
        assert_eq!(
            (dead.depth, dead.types),
            (1, BTreeSet::from([JsonType::String]))
        );
    }

    #[test]
    fn what_is_required_all_the_way_is_sure() {
        let inner = object(&[("token", 2)], &["token"]);
        let outer = |required: &[&str]| {
            Schemas(vec![
                object(&[("data", 1)], required),
                inner.clone(),
                of(&[JsonType::String]),
            ])
        };
        assert!(outer(&["data"]).look(SchemaId(0), "/data/token").is_sure());
        assert!(!outer(&[]).look(SchemaId(0), "/data/token").is_sure());
        let mut nullable = outer(&["data"]);
        nullable.0[1].is_nullable = true;
        assert!(!nullable.look(SchemaId(0), "/data/token").is_sure());
        assert!(outer(&[]).requires_at(SchemaId(0), "/data", "token"));
    }

    #[test]
    fn alternatives_widen_and_parts_narrow() {
        let either = Schema {
            any_of: vec![vec![SchemaId(1), SchemaId(2)]],
            ..Schema::default()
        };
        let schemas = Schemas(vec![
            either,
            of(&[JsonType::String]),
            of(&[JsonType::Integer]),
        ]);
        let facts = schemas.facts(SchemaId(0));
        assert!(facts.may_be(JsonType::String) && facts.may_be(JsonType::Integer));
        assert!(!facts.may_be(JsonType::Object));
        let both = Schema {
            all_of: vec![SchemaId(1), SchemaId(2)],
            ..Schema::default()
        };
        let schemas = Schemas(vec![
            both,
            object(&[("a", 3)], &[]),
            object(&[("b", 3)], &["a"]),
            of(&[JsonType::String]),
        ]);
        assert!(is_found(&schemas, "/a") && is_found(&schemas, "/b"));
        assert!(schemas.look(SchemaId(0), "/a").is_sure());
    }

    #[test]
    fn compositions_that_refer_to_each_other_come_to_an_end() {
        let all = |ids: &[usize]| Schema {
            all_of: ids.iter().copied().map(SchemaId).collect(),
            any_of: vec![ids.iter().copied().map(SchemaId).collect()],
            ..Schema::default()
        };
        let schemas = Schemas(vec![all(&[1, 2, 0]), all(&[0, 2, 1]), all(&[1, 0, 2])]);
        assert!(!schemas.look(SchemaId(0), "/a/b").is_sure());
        assert_eq!(schemas.search(SchemaId(0), "a"), None);
    }
}
