//! What can be done about a rejected delivery.

use crate::{
    app::{
        delivery::functions::{Reverify, TrySecret},
        endpoints::secret_fields::secret_formats,
        kit::prelude::*,
    },
    model::ids::DeliveryId,
};

/// Re-verify with the secrets of now; try a secret that is not saved.
#[component]
pub(crate) fn Again(id: DeliveryId) -> impl IntoView {
    let open = take_flash().and_then(|flash| flash.error("try_secret")).is_some();
    view! {
        <Card title="Check again" id="again">
            <PostForm to=Reverify::PATH class="in form" with=[("delivery", id.to_string())] submit="Re-verify">
                <p>"Fixed the secret? Check this delivery again with the current secrets. Its age is ignored. If the signature matches, the delivery is accepted."</p>
            </PostForm>
            <Fold title="Try a secret…" open=open>
                <PostForm to=TrySecret::PATH with=[("delivery", id.to_string())] submit="Try secret" button="btn">
                    <div class="fields">
                        <Field name="secret" id="try_secret" label="Secret" kind="password"/>
                        <Select name="secret_format" id="try_format" label="Secret format" choices=secret_formats("")/>
                    </div>
                    {wrong("try_secret")}
                    <p class="dim">"The secret is not saved."</p>
                </PostForm>
            </Fold>
        </Card>
    }
}
