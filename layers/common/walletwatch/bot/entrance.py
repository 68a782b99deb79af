"""Who is answered: nobody who is banned, nobody during maintenance, in some groups administrators only."""

from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.operators import Operators
from walletwatch.bot.talk import Talk
from walletwatch.ports.common import Metrics


class Entrance:
    """Looks up who sent an update, and whether they are answered."""

    def __init__(self, dialogue: Dialogue, operators: Operators, metrics: Metrics) -> None:
        self._dialogue = dialogue
        self._persistence = dialogue.conversations.persistence
        self._operators = operators
        self._metrics = metrics

    async def lets_in(self, talk: Talk, *, always: bool) -> bool:
        """Whether an update is to be answered; the talk knows its chat from here on.

        Args:
            talk: With whoever sent it.
            always: Whatever they may do now: what was paid is owed.

        Raises:
            Complaint: It is not, and they are told why.
        """
        greeting = self._persistence.greeting(talk.chat_id)
        await self._dialogue.rates.ready([greeting.chat])
        talk.meet(greeting.chat)
        talk.watched, talk.rules = greeting.watched, greeting.rules
        if not always and not self._operators.may(talk.contact):
            if greeting.turns_away:
                await self._turn_away(talk)
                return False
            if greeting.maintenance is not None:
                raise Complaint("error.maintenance", note=greeting.maintenance.note)
        # In a group whoever may not ask is not answered either; only a button must not spin for ever.
        if talk.in_group and talk.chat.settings.admins_only and not await talk.may_change():
            if talk.query_id is not None:
                raise Complaint("error.admins_only")
            return False
        return True

    async def _turn_away(self, talk: Talk) -> None:
        """A banned person is told so, once a day; whatever else they do comes to nothing."""
        self._metrics.count("BannedIgnored")
        if await self._dialogue.admin_desk.people.tell_banned(talk.contact.user_id or talk.chat_id):
            raise Complaint("error.banned")
        await talk.toast()
