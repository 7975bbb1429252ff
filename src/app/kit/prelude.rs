//! What nearly every page needs: `use crate::app::kit::prelude::*`.

pub(crate) use crate::{
    app::{
        islands::copy_button::CopyButton,
        kit::{
            card::{Banner, Card, Empty, Fold, Say},
            choices::{Choices, Select},
            copyable::Copyable,
            facts::Facts,
            field::Field,
            form::take_flash,
            inputs::{Confirm, PostButton, PostForm, Radio, Tick, hidden, ticks, wrong},
            page::{Page, page, page_of},
            paths,
            problem::Problem,
            query::{query_pairs, query_value},
            table::Table,
            tag::{failures, tag},
            text_area::TextArea,
            timeline::timeline,
            when::{When, when_or},
        },
        shell::layout::Part,
    },
    db,
    model::{
        error::{AppError, invalid, not_found},
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
pub(crate) use leptos::{either::Either, prelude::*, server_fn::ServerFn};
pub(crate) use leptos_router::hooks::use_params_map;
