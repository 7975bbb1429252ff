//! Names whose answers are good, bad, mixed and changing.

use crate::net::{
    resolver::*,
    samples::{DENIED_RANGES, FakeLookup, GLOBAL, allow},
};

async fn resolve(answer: &[&str], port: u16, entries: &[&str]) -> Result<Vec<IpAddr>, String> {
    let resolver = GuardedResolver::new(FakeLookup::always(answer), allow(entries), port);
    resolver.addresses("crm.example").await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_name_with_an_address_in_a_denied_range_is_refused() {
    for (range, addresses) in DENIED_RANGES {
        for address in *addresses {
            let error = resolve(&[address], 443, &[]).await.unwrap_err();
            assert!(error.contains(range), "{address}: {error}");
        }
    }
    let mapped = resolve(&["::ffff:169.254.169.254"], 443, &[]).await.unwrap_err();
    assert!(mapped.contains("169.254/16"), "{mapped}");
}

#[tokio::test]
async fn a_name_with_global_addresses_keeps_them_all() {
    assert_eq!(resolve(GLOBAL, 443, &[]).await.unwrap().len(), GLOBAL.len());
}

#[tokio::test]
async fn one_private_address_among_public_ones_condemns_the_name() {
    for answer in [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"]] {
        assert_eq!(
            resolve(&answer, 443, &[]).await.unwrap_err(),
            "url: crm.example has the address 10.0.0.1, a private address (10/8); \
             allow it with HOOKPOST_ALLOW_OUTBOUND=crm.example:443"
        );
    }
}

#[tokio::test]
async fn allowed_names_and_addresses_count_on_their_port_only() {
    for entry in ["crm.example:5000", "10.0.0.1:5000"] {
        assert!(resolve(&["10.0.0.1"], 5000, &[entry]).await.is_ok());
        assert!(resolve(&["10.0.0.1"], 443, &[entry]).await.is_err());
        assert!(resolve(&["10.0.0.1"], 0, &[entry]).await.is_err());
    }
    for entry in ["CRM.example", "10.0.0.0/8"] {
        assert!(resolve(&["10.0.0.1"], 0, &[entry]).await.is_ok());
    }
    assert!(resolve(&["10.0.0.1", "10.0.0.2"], 5000, &["10.0.0.1:5000"]).await.is_err());
}

#[tokio::test]
async fn a_name_that_turns_private_is_refused_the_second_time() {
    let lookup = FakeLookup::in_turn(&["93.184.216.34", "127.0.0.1"]);
    let resolver = GuardedResolver::new(lookup, AllowList::default(), 443);
    assert!(resolver.addresses("rebinding.example").await.is_ok());
    assert!(resolver.addresses("rebinding.example").await.is_err());
}

#[tokio::test]
async fn the_system_resolver_knows_localhost_and_it_is_refused() {
    let resolver = GuardedResolver::new(Arc::new(SystemLookup::default()), AllowList::default(), 443);
    for name in ["localhost", "LOCALHOST"] {
        let error = resolver.addresses(name).await.unwrap_err();
        assert!(matches!(error, ResolveError::Blocked(_)), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_name_that_takes_long_has_one_thread_and_all_names_together_have_few() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (lookup, asked, under_way) =
        (SystemLookup::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let go = Arc::new(Semaphore::new(0));
    let ask = |host: &str| {
        let (asked, under_way, go) = (asked.clone(), under_way.clone(), go.clone());
        lookup.shared(host, || async move {
            asked.fetch_add(1, Ordering::SeqCst);
            assert!(under_way.fetch_add(1, Ordering::SeqCst) < MOST_LOOKUPS);
            drop(go.acquire().await);
            under_way.fetch_sub(1, Ordering::SeqCst);
            Ok(vec![IpAddr::from([192, 0, 2, 1])])
        })
    };
    // The requests that asked give up: what they began goes on.
    for _ in 0..100 {
        drop(ask("slow.example"));
    }
    let others: Vec<_> = (0..100).map(|n| ask(&format!("{n}.example"))).collect();
    let slow = ask("slow.example");
    tokio::task::yield_now().await;
    assert!(asked.load(Ordering::SeqCst) <= MOST_LOOKUPS);
    go.add_permits(1_000);
    assert_eq!(slow.await.unwrap().len(), 1);
    for other in others {
        other.await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 101);
    assert!(lookup.under_way.lock().unwrap().is_empty());
}
