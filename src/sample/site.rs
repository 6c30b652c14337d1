//! Making what happens on the site: tracking links, clicks and the events of visitors.

use super::columns::Id;
use super::rows::{Click, Link, WebEvent};
use super::scene::{Numbered, Scene, happens};
use super::seasons::Micros;
use super::shop::{AGENTS, place_of};
use super::talk::Talk;

/// Who is on the site, as far as the site knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guise {
    pub(crate) visitor: Option<Id>,
    pub(crate) customer: Option<Id>,
    /// The chat session the visit belongs to, where the source says so.
    pub(crate) session: Option<Id>,
}

/// A link that was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared {
    pub(crate) link: Id,
    pub(crate) product: Option<&'static str>,
}

impl Scene<'_> {
    /// Makes a tracking link for the customer of a conversation.
    pub(crate) fn share_link(
        &mut self,
        talk: &Talk,
        creator_type: &'static str,
        product: Option<&'static str>,
        at: Micros,
    ) -> Option<Shared> {
        if !happens(at) {
            return None;
        }
        let link_id = self.next_id(Numbered::Link);
        let agent_id = (creator_type == "agent").then_some(talk.agent);
        // Some sources leave out what is usual; an absent creator type means an agent.
        let is_stated = creator_type != "agent" || self.dice.chance(0.9);
        self.rows.tracking_links.push(Link {
            link_id,
            created_at: at,
            agent_id,
            creator_type: is_stated.then_some(creator_type),
            team_id: agent_id.and_then(|agent| place_of(AGENTS, agent, at)),
            channel: talk.channel,
            product_id: product,
            customer_id: Some(talk.customer),
        });
        Some(Shared {
            link: link_id,
            product,
        })
    }

    /// Adds a click; a crawler is nobody.
    pub(crate) fn click(&mut self, link: Id, who: Option<&Guise>, at: Micros) {
        if happens(at) {
            let click_id = self.next_id(Numbered::Click);
            self.rows.link_clicks.push(Click {
                click_id,
                link_id: link,
                clicked_at: at,
                customer_id: who.and_then(|who| who.customer),
                visitor_id: who.and_then(|who| who.visitor),
                is_bot: who.is_none(),
            });
        }
    }

    /// Adds an event of the site that speaks of a product, or of none.
    pub(crate) fn see(
        &mut self,
        who: &Guise,
        event_type: &'static str,
        product: Option<&'static str>,
        at: Micros,
    ) {
        self.add_event(WebEvent {
            product_id: product,
            ..blank(who, event_type, at)
        });
    }

    /// Adds the display of a product by a message.
    pub(crate) fn show(&mut self, who: &Guise, message: Id, product: &'static str, at: Micros) {
        self.add_event(WebEvent {
            product_id: Some(product),
            message_id: Some(message),
            ..blank(who, "product_shown", at)
        });
    }

    /// Adds an event of a product quiz; the question it answers, for a step.
    pub(crate) fn quiz(
        &mut self,
        who: &Guise,
        event_type: &'static str,
        step: Option<&'static str>,
        at: Micros,
    ) {
        self.add_event(WebEvent {
            step,
            ..blank(who, event_type, at)
        });
    }

    /// Adds the purchase event of an order, with its amount in cents.
    pub(crate) fn report_purchase(
        &mut self,
        who: &Guise,
        order: Id,
        amount: i64,
        currency: Option<&'static str>,
        at: Micros,
    ) {
        self.add_event(WebEvent {
            order_id: Some(order),
            amount: Some(amount),
            currency,
            ..blank(who, "purchase", at)
        });
    }

    fn add_event(&mut self, event: WebEvent) {
        if happens(event.occurred_at) {
            let event_id = self.next_id(Numbered::WebEvent);
            self.rows.web_events.push(WebEvent { event_id, ..event });
        }
    }
}

fn blank(who: &Guise, event_type: &'static str, at: Micros) -> WebEvent {
    WebEvent {
        event_id: 0,
        event_type,
        occurred_at: at,
        visitor_id: who.visitor,
        customer_id: who.customer,
        session_id: who.session,
        message_id: None,
        product_id: None,
        order_id: None,
        amount: None,
        currency: None,
        step: None,
    }
}
