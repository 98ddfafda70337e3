//! Follows JSON pointers through schemas.

use std::collections::BTreeSet;

use super::{Kind, Schema, Schemas};
use crate::source::Node;

/// Where a pointer leads.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) enum Found<'a> {
    /// To this schema; `is_certain`: it is there whenever the whole is.
    Here {
        schema: Schema<'a>,
        is_certain: bool,
    },
    /// Into something that may hold anything.
    Anything,
    /// Nowhere.
    Nowhere,
}

impl<'a> Schemas<'a> {
    /// Where a JSON pointer leads from a schema.
    pub(in crate::lower) fn locate(&self, schema: Schema<'a>, pointer: &str) -> Found<'a> {
        let mut here = Found::Here {
            schema,
            is_certain: true,
        };
        for segment in pointer.split('/').skip(1) {
            let Found::Here { schema, is_certain } = here else {
                return here;
            };
            let segment = segment.replace("~1", "/").replace("~0", "~");
            here = match self.step(schema, &segment, &mut BTreeSet::new()) {
                Found::Here {
                    schema,
                    is_certain: is_there,
                } => Found::Here {
                    schema,
                    is_certain: is_certain && is_there && !schema.is_nullable,
                },
                other => other,
            };
        }
        here
    }

    fn step(
        &self,
        schema: Schema<'a>,
        segment: &str,
        seen: &mut BTreeSet<*const Node>,
    ) -> Found<'a> {
        match self.kind(schema) {
            Kind::Object(object) => {
                let property = object
                    .properties
                    .iter()
                    .find(|property| property.key == segment);
                match (property, object.additional) {
                    (Some(property), _) => self.here(property.node, property.is_required),
                    (None, Some(value)) => self.here(value, false),
                    (None, None) => Found::Nowhere,
                }
            }
            Kind::Map(value) => self.here(value, false),
            Kind::List(Some(item)) if segment.parse::<usize>().is_ok() => self.here(item, false),
            Kind::Union(nodes) if seen.insert(schema.node) => {
                self.step_into_any(&nodes, segment, seen)
            }
            Kind::Any | Kind::List(None) => Found::Anything,
            _ => Found::Nowhere,
        }
    }

    fn here(&self, node: &'a Node, is_certain: bool) -> Found<'a> {
        Found::Here {
            schema: self.get(node),
            is_certain,
        }
    }

    /// Of several alternatives one is enough to be found in, all of them to be certain.
    fn step_into_any(
        &self,
        nodes: &[&'a Node],
        segment: &str,
        seen: &mut BTreeSet<*const Node>,
    ) -> Found<'a> {
        let mut found = None;
        let mut is_everywhere = true;
        let mut is_anything = false;
        for node in nodes {
            match self.step(self.get(node), segment, seen) {
                Found::Here { schema, is_certain } => {
                    is_everywhere &= is_certain;
                    found.get_or_insert(schema);
                }
                Found::Anything => {
                    is_everywhere = false;
                    is_anything = true;
                }
                Found::Nowhere => is_everywhere = false,
            }
        }
        match found {
            Some(schema) => Found::Here {
                schema,
                is_certain: is_everywhere,
            },
            None if is_anything => Found::Anything,
            None => Found::Nowhere,
        }
    }
}
