"""The words that the table begins with: one phrase a line, in the writing that `phrases` explains."""

from collections.abc import Iterator
from typing import NamedTuple

from followups.leads.inbound.models import InboundWord

Kind, Language = InboundWord.Kind, InboundWord.Language
EN, FR, ANY = Language.ENGLISH, Language.FRENCH, Language.ANY

IN_USE = "in use under CASL (DOMAIN 1.2) and its like"
CARRIERS = "the lists of carriers and aggregators for Canada"
MISSPELT = "often mistyped so"
PLAIN = "plain words"


class Seed(NamedTuple):
    """A word or phrase, and what it means."""

    kind: str
    language: str
    source: str
    phrase: str


# Alone ------------------------------------------------------------------------------------------------------------------

_ALONE = (
    (Kind.STOP, EN, IN_USE, "stop, unsubscribe, opt out, cease and desist, unsub, stop now"),
    (Kind.STOP, EN, CARRIERS, "dnc, stop sms, stop text, stop texts, stop mms"),
    (Kind.STOP, EN, MISSPELT, "stpo, sotp, tsop, stopp, sstop, dtop, stoip, stahp, stopo, stoo, stpp, stob"),
    (Kind.STOP, FR, IN_USE, "arrêt, arrête, arrêter, arrêtez, désabonner, désabonne, désabonnez, désabonnement"),
    (Kind.STOP, FR, IN_USE, "désinscrire, désinscris, désinscrivez, désinscription, stopper, stoppez"),
    (Kind.STOP, FR, CARRIERS, "arrêt sms, arrêt texto, arrêt textos, stop texto, stop textos"),
    (Kind.STOP, FR, MISSPELT, "arrt, aret, arrret, arert"),
    (Kind.STOP, ANY, PLAIN, "🛑, ⛔"),
    (Kind.STOP_ALONE, EN, IN_USE, "end, quit, cancel, revoke"),
    (Kind.STOP_ALONE, EN, CARRIERS, "remove, td"),
    (Kind.STOP_ALONE, FR, IN_USE, "fin, annuler, retirer, retirez"),
    (Kind.STOP_ALL, EN, IN_USE, "stop all, stop everything, end all, cancel all, unsubscribe all, opt out all"),
    (Kind.STOP_ALL, FR, IN_USE, "stop tout, arrêt tout, arrête tout, arrêter tout, arrêtez tout, tout arrêter, tout arrêt"),
    (
        Kind.WISH_ALONE,
        EN,
        PLAIN,
        "no more, enough, had enough, i ve/have had enough, delete, block, blocked, do not, cancel it/that",
    ),
    (Kind.WISH_ALONE, EN, PLAIN, "i ... cancel, can/could/would you cancel, no contact, i quit, leave, leave me/us, wrong"),
    (Kind.WISH_ALONE, EN, PLAIN, "no text/call/email/message/txt/sms/spam, end it, give up, drop it, forget it, move on"),
    (Kind.WISH_ALONE, EN, PLAIN, "do not reply/respond/answer/call/text/send, blocking, reported, i/we am/m/re/are done"),
    (
        Kind.WISH_ALONE,
        EN,
        PLAIN,
        "delete it, take off, i/we do not want/need this/it/that/them/any/anything, i do not care, let it go, done here",
    ),
    (
        Kind.WISH_ALONE,
        FR,
        PLAIN,
        "assez, supprimer, supprimez, effacez, enlevez, enlever, annulez, bloqué, laisse/laissez moi/nous",
    ),
    (Kind.WISH_ALONE, FR, PLAIN, "suffit, basta, plus rien, effacez le, supprimez le, enlevez le, retirez le, ca va faire"),
    (Kind.WISH_ALONE, FR, PLAIN, "fini, terminé, c est fini, c est terminé, signalé, signalez"),
    (Kind.START, EN, CARRIERS, "start, unstop, resume, resubscribe, subscribe, opt in, opt back in, start again, restart"),
    (Kind.START, FR, CARRIERS, "commencer, commencez, recommencer, recommencez, reprendre, reprenez, débuter, débutez"),
    (Kind.START, FR, CARRIERS, "réabonner, réabonnez, réabonnement, abonner, abonnez, réinscrire"),
    (Kind.HELP, EN, CARRIERS, "help"),
    (Kind.HELP, FR, CARRIERS, "aide"),
    (Kind.HELP, ANY, CARRIERS, "info"),
    (
        Kind.COURTESY,
        EN,
        PLAIN,
        "please, pls, plz, plse, pleas, kindly, thanks, thank you, thx, ty, me, bye, bye bye, goodbye",
    ),
    (Kind.COURTESY, FR, PLAIN, "svp, stp, s il vous/te plaît, sil vous/te plaît, merci, moi"),
)

# Among other words, English ---------------------------------------------------------------------------------------------

# What we do to people, as they name it.
_CONTACT = (
    "call*/contact*/text*/txt*/messag*/msg*/email*/mail*/writ*/phon*/bother*/send*/disturb*/ring*/reach*/harass*/pester*/"
    "bug/bugging/spam*/solicit*/hassl*/annoy*/ping*/dm/hound*/knock*/dial*/"
    "whatsapp*/approach*/canvass*/nag*/chase*/chasing/target*/badger*/torment*/troubl*"
)
_CONTACTED = "contacted/called/texted/messaged/emailed/mailed/phoned/bothered/disturbed/solicited/spammed/harassed"
_CONTACTING = "contacting/calling/texting/messaging/emailing/phoning/bothering/harassing/sending/writing/bugging/spamming"
_MESSAGES = (
    "call/calls/text/texts/txt/txts/message/messages/msg/msgs/email/emails/mail/mails/contact/contacts/communication*/follow/followup/followups/"
    "solicitation*/soliciting/spam/correspondence/letters/flyers/junk/texting/calling/bs"
)
_TAKE_OUT = "remove/removed/delete/erase/scrub/purge/wipe/exclude/unlist/delist/omit/strike/expunge/unregister/deregister"
_LISTS = (
    "list/lists/database/databases/system/systems/records/contacts/crm/campaign*/roster/mailing/calling/rolodex/dialer*/"
    "autodialer/rotation/file/files/directory/phone/phones/cell/books"
)

# The imperatives, and as others are asked.
_CALL = "call/contact/text/message/email/mail/write/phone/bother/send/disturb/txt/msg/reach/harass/dm/solicit"
_INTERESTED = "interested/intrested/intersted/interessted/intereste/interest/intrest/intrestead"
_YOU = "you/u/ya/ye/yall/your/ur/youre"

_WISHES_EN = f"""
stoping
stopping
unenroll*
unenrol*
deactivate*
forbid*/prohibit* {_YOU}
cut ... contact
stopped {_CONTACTING}
needs/need/must/has/have/got to end
must end
not ever
be/get/got/have/this/it/them/texts/calls/messages/emails stopped
make/want/get/need ... to end
unsub*
unsuscrib*
unsbscrib*
un subscrib*
opt/opted/opting ... out
optout
cease*
desist*
refrain*
discontinue
discontinuing
halt
abstain
dncl
crtc
casl
pipeda
national/federal ... registry
return to sender
do not disturb
do not {_CONTACT}
do not ever/even/please/you/u/dare/keep/try/again/fucking/freaking/bother/go {_CONTACT}
do not you/u ever/dare {_CONTACT}
do not/never ... {_CALL} ... me/us/here/again/anymore
to not {_CALL}
would/could/can you/u/yall/please not {_CALL}
no need to ... {_CALL}
do not need/have to ... {_CALL}
do not talk/speak/reply/respond ... me/us/again
do not ask ... me/us/again
do not come/visit/approach/show/knock/waste
do not use my/this/that ... number/phone/line/email
do not use it
do not be {_CONTACTING}
do not want/need you/your/ur/u/these/anything
do not want any more/further/part
do not want to talk/speak/deal/communicate to/with you/u/your
do not/never want/wish/like/care/need/consent/agree/appreciate/wanna ... {_MESSAGES}/{_CONTACTED}/hear/hearing
not/never want/wish/like/care/need/consent/agree/appreciate/wanna ... {_CONTACTED}/hear/hearing/texts/calls/messages/emails
not/never {_CONTACTING}
never call/contact/text/message/email/write/phone/bother/send/disturb
never ever {_CONTACT}
no longer call/contact/text/message/email/write/phone/bother/send/wish/want
no longer ... this/that number/phone
no longer ... {_CONTACTED}/hear/receive
no longer belong* to
not/longer get/receive these/those/anymore
not to call/contact/text/message/email/write/phone/bother/send/be
please not {_CONTACT}
not ... be {_CONTACTED}
never hear from
not ... hear from
rather/prefer/prefered/preferred/appreciate if/you/u ... not/stop
rather/prefer/prefered/preferred not be/hear/receive/get/to be/hear/receive/get
rather/prefer/prefered/preferred not ... {_CONTACTED}/{_MESSAGES}/hear
decline/refuse/reject ... {_MESSAGES}/{_CONTACTED}
no/zero more/further/other/additional ... {_MESSAGES}
no more of this/that/these/your
no/zero calls/texts/txts/messages/msgs/emails/contact/communication/texting/calling/soliciting/solicitation*/spam/flyers/junk
no phone/sales/cold/junk/unsolicited/marketing/unwanted {_MESSAGES}
no trespassing
not/never ... allowed/authorized/authorised/permitted/welcome to {_CONTACT}
not have/got my/our/her/his ... permission/consent
without my/our/her/his ... permission/consent
no consent
consent is/withdrawn/revoked/denied/rescinded withdrawn/revoked/denied/rescinded
consent withdrawn/revoked/denied/rescinded
who ... authorized/authorised/permitted you
gave you permission
not welcome
no permission/right/authorization/business to/{_CONTACTING}
not have ... permission/right/authorization/business to {_CONTACT}
not/never consent
never consented/agreed/subscribed
never/not ... sign/signed up
never/not ask/asked for this/these/you/your
never/not ask/asked/want/wanted you to
never/not gave/give/given ... permission/consent/number
withdraw*/revok*/rescind*/retract*/remov* ... consent/permission/authorization/authorisation
{_TAKE_OUT} me/us
{_TAKE_OUT} ... number/numbers/num/phone/cell
{_TAKE_OUT} my/our/all/any/every ... name/names/info*/data/details/contact/email/address/record/records/file/profile
like/want/need/wants my/our/this ... deleted/removed/gone/off/erased/out
forget/lose/burn/toss/trash/ditch/block/delete my/this/the/our ... number/num/digits/phone/info*
throw/forget ... my/our number
remove/exclude/unlist this/that ... email/address/contact/household/name
my/our/this number/name/info*/email/phone/contact ... removed/deleted/erased/off/gone
removal
get rid of my/our
get/getting off this/your/ur
i/m/am/we/not/number ... on your/ur/this ... {_LISTS}
forget about me/us/my/our
forget me/us
take/get/keep/leave/pull/put/strike/scratch/cross/kick me/us/my/our/this ... off
take/get/pull me/us out
want/wants off/out
want/wants/like to be/get off/out
off/from your/the/this/these/any/all/ur/every/ya ... {_LISTS}
out of your/ur/this/these/any/all ... {_LISTS}
from/off ... mailings/mailouts/campaigns/marketing
off ... list/lists
want/like/wish/ask/asked/need/request/requested/demand to be removed/deleted/unlisted/excluded/erased/taken/forgotten
leave ... alone/peace
left alone
left in peace
leave me/us/them/him/her/my/our/this ... be/out
let me/us be/alone
respect my/our privacy/wishes/request
stay/keep/get away
get/stay/keep off/out ... my/our
go away
get lost/stuffed/bent
get a life
go to hell
go pound/jump/kick/fuck*/screw/f/eff
suck it/my
asshole*
scumbag*
vulture*
parasite*
dickhead*
cunt*
motherfuck*
stfu
gtfo
get out
fuck*/fuk*/fck*/fk/phuck off/you/u/outta/out/yourself/ur
f off/u/you
piss/screw/bugger/sod/naff/buzz/back/hop/shove/jog/eff/bug off
screw you/u
shut up
shove it
beat it
take a hike
kiss my
bite me
drop dead
eat shit
up yours
kick rocks
cut this/it/that/the out
cut it/this crap
knock it off
give it/me/us a rest/break
quit it/that/this/now/already/please/me
quit ... {_CONTACT}
end this/these/all/now
done with this/you
end ... {_MESSAGES}/conversation
end of conversation/discussion
put an end/stop
terminate ... {_MESSAGES}/conversation
cancel me/us/everything/all/these/this
cancel ... subscription/texts/messages/calls/emails/alerts/notifications/membership/texting
enough already
enough is enough
enough of/with ... you/your/this/these/calls/texts
thats enough
that s/is enough
heard enough
done with your/u/these/talking
wasting your/my/our/ur time
waste of ... time
save your breath
no means no
said no
already/just/keep told/telling {_YOU}
told {_YOU} ... no/not/already/before/twice/times/stop
how many times
third/second/fourth/fifth/tenth/hundredth/umpteenth time ... ask*/tell*/told/say*/said
last/final warning
for the last time
for the ... time no
get/getting tired of ... {_CONTACTING}
take a/the hint
get a/the hint
mind your own
none of your
tired/sick/fed/annoyed of/with/by/up ... you/your/u/ur/these/calls/texts/messages/emails/spam/hearing/{_CONTACTED}
keep/keeps/kept/still {_CONTACTING}
bothering/annoying/bugging/pestering/disturbing/hounding/hassling/harassing/stalking me/us/my/people/him/her/them
you/u/ur/youre re/are/r/annoying/bothering/harassing/pestering/bugging annoying/bothering/harassing/pestering/bugging/me/us
ur/youre annoying/harassing
this/it/that/so/super/how/getting/really/very is/s/so/really/annoying annoying
so/super/how/getting/really/very annoying
a pest
harass*
harras*
spam*
pestering
nuisance
unwanted
unsolicited
soliciting
solicitation*
stalk*
invad*/invasion ... privacy
intrusive
report {_YOU}
reporting {_YOU}/this/it
reported {_YOU}/to/as/this
will/ll/gonna/am/m/be report/reporting
going to report/sue/block
block*/report* and block*/report*
sue/suing {_YOU}
will/ll/gonna sue
lawsuit
tcpa
better business bureau
bbb
privacy commissioner
consumer protection
hear from my/our lawyer/attorney
my/our lawyer/attorney will/ll contact/call/sue/be/hear
trespass*
legal action
against the law
this/that is/s illegal
restraining order
press/pressing charges
file/filing/filed/lodge/lodging ... complaint
complain/complaining to
call/calling/contact/contacting/phoning ... police/cops/rcmp/authorities
police/cops/rcmp/authorities ... notified/contacted/called/involved
block/blocking/blocked {_YOU}
block/blocking/blocked this number
you/u/youre are/re/r/ve/have/get/getting/ll/will/been/be ... blocked
ur/your/youre blocked
number/num ... blocked
not {_INTERESTED}
not at/really/remotely/even/currently/very/presently/the/that/too/so ... {_INTERESTED}
no longer {_INTERESTED}
never ... {_INTERESTED}
not interest me/us
uninterested
disinterested
no/zero interest/intrest/interst
not in the least/slightest
wrong number/num/numbers/person/people/guy/man/woman/lady/gal/party/contact/phone/cell/dude/recipient
not the/my/his/her/their/our right/correct/number/phone
no one/body ... by/with that/this name
no ... at this/that number/phone/address
noone/nobody/not ... by that/this name
no such person
not live/work here/there/at
no longer lives/works here/there/at
nobody/no one here/lives/there
there is/s no ... here/at
have/got/called/dialed/dialled/texted/reached/calling/texting the wrong
this/that is/s not ... phone/number/cell/email
do not know him/her/them
do not know any/anyone/anybody ... named/called/by
just got this number/phone
my/our number now
never heard of him/her/them/that/this
not {_CONTACT} me/us/this/here/again/anymore/my/our
kindly/please/maybe/just/ever not {_CALL}
would/could/can you/u/yall ... not {_CALL}
no longer/not ... communicat*/correspond*
do not/never ... hit/holler/reach/bug/follow/pursue me/us/up/out
do not/never want/wish/need/care/consent/agree to ... receive/get/be
do not/never want/need/like/appreciate ... you/people/anyone/companies/strangers ... {_CONTACT}
do not insist/push/come
nobody/noone/one/none ... texts/calls/contacts/messages/emails/text/call/contact me/us/this/my/our/here
nobody/noone/one/who asked you/u/for
not/never ask/asked/ask you/u/for any/any/anything/these/this/it
quit asking/trying/with/wasting/doing/playing/being/hounding/pestering
{_CONTACT}/go/try/find/ask somebody/someone/anybody/anyone else
hear/hearing from you/u/ya/yall again/anymore/ever/people/guys/ppl
next/another/one ... {_MESSAGES} ... lawyer/police/cops/court/report*/sue/crtc
go/going/off to the police/cops/rcmp/authorities
blocked/reported/blocking ... your/ur
blocked ... numbers/number
forward*/sent/reported ... spam/authorities/carrier
scammer*
delete/erase/destroy/purge/wipe/scrub everything/data/info*/any/all
destroy* ... info*/data/record/records/file/files/number
everything you/u have/got ... me/us
obtained/got/have/bought/sold/shared/using/use ... illegally
illegal/illegally to/{_CONTACTING}
keep/leave/take me/us/my/our/this ... out of your/this/it/ur
get out/off of/off my/our
lay/bug/back off
had it with you/your/u/ur/this/these
forget ... i exist
put/place/add ... not call/contact list/lists
no call list/lists/registry
not disturb/bother/call/contact ... registered/registry
never ... opted/opt in
who told/asked/let/said/authorized you/u
take no for an answer
what part of
are/r you/u ... deaf/stupid/dumb/blind/dense/thick/insane/crazy
can/do/did you/u not read/understand/hear/listen
block* report*/delet*
report* block*
if this/it/you/these ... continue*/persist*/keep/keeps/do
breaking/broke/violat* the/casl/privacy law/act/rules
stp/stap/stawp/sto/sop {_CONTACT}
shove/stuff/stick/cram your/ur/it/that
let ... grieve/mourn
love/great/nice/grateful/thankful/happy/lovely ... if you/u/yall/they ... never/stopped/quit/ceased/left/removed/deleted/not
if you/u/yall stopped/ceased/quit
wish/hope/hoping you/u ... stop*/quit/cease/never
be/is/was/make ... the/my/your/ur last/final {_MESSAGES}/time
better be the/your/ur last
the/your/ur last/final {_MESSAGES} i/you/we/from/ever
never/ever again
one more {_MESSAGES}/time and/or
my/our privacy
idiot/idiots
moron*
creep/creeps
jerk/jerks
bitch*
bastard*
leech*
predator*
scum
crook/crooks
bullshit
f ck/cking/off
full stop
end of story/discussion
hang up on you
{_TAKE_OUT} yourself/yourselves
you/u/so/just/please/pls/people/yall/guys quit
pester*
your/ur own mother/mom/mama/kids/business/family/house
out of rotation
no/not/never ... wish/desire/intention/interest/want to/of/in ... speak*/talk*/deal*/communicat*
do not know you/u ... and
refuse to ... talk/speak/deal/answer/respond/communicate/listen/engage
not ... answer*/respond*/reply* ... you/your/ur/any/further/these/anymore/again
any/further/future/additional/more {_MESSAGES} will/would/shall/from/is
any/further/future/additional/more attempt/attempts
not/never authoriz*/authoris* ... {_CONTACT}/contact/you/this/use/number
not authorized/authorised/allowed to use my/this
not your/ur advertising/customer/client/friend/buddy/billboard/target/lead/prospect
not/ugh/oh/omg you/u again
leave/leaf/leav/leeve/levae/leve/laeve me/us ... alone/alnoe/aloen/alon/lone/aloan
no/not mor/moar texts/calls/messages/emails
do not cal/tex/contac me/us
cal/tex me/us no more
stoo/sotp/stpo/stopo/stahp/stap/stob/stpp ... {_CONTACT}
quite {_CONTACTING}
need/needs/have to quit
nobody/noone/one/none wants/want/needs/asked ... your/these/for
take/get/keep/leave/pull off my/our
remove/delete/erase/scrub it
get/got/have/find ... number remove/delete/erase/lose
call/letter/hear ... my/our lawyer/attorney
being/getting reported
lose/delete/remove/erase/forget number/num/digits
"""

_WISHES_SIGNS = """
🚫
📵
🖕
🙅
"""

# Who else calls them.
_OTHERS = (
    "bank/banks/collector/collectors/creditor/creditors/lender/lenders/ex/cra/lawyer/lawyers/city/agency/agencies/realtor/"
    "realtors/agent/agents/tenant/tenants/neighbour/neighbours/neighbor/neighbors/brother/sister/landlord/insurance"
)

_HARMLESS_EN = f"""
stop/stopping/stopped by
stop/stopping over/in after/on/at/before/tomorrow/today/tonight/to/and/this
stop at the/my/your/our
stop for coffee/lunch/dinner/gas/groceries
stop on the/my way
stop sign/signs/light/lights/watch/order/payment/loss
bus/truck/rest/pit/tram/subway/train/streetcar/transit/one stop
wo/ca/would/could/will/can not stop you/him/her/them
nothing will/can stop me/us/him/her from
what s/is stopping you/us/me/them
stop foreclosure
stop/stopping the/a/my/our/this foreclosure/auction/sale/bank/bleeding/leak/leaks/leaking/flooding/water/clock
stop smoking/working/raining/snowing/paying/renting/worrying/drinking/crying
stopping at the/my/your
why do not you/we/u {_CALL}/come/meet
why do not you/we/u {_CALL} me/us
did/had/has/have/could/was/does not hear from
do not hesitate/forget/mind/worry ... {_CALL} ... me/us/here/again/anymore
do not know/think ... {_CALL} ... me/us/here
snow/tree/asbestos/mold/mould/junk/stump/wall/waste/garbage/oil/tank removal
put/add/keep me/us on your/the/this list/mailing
i m/am not bothering/disturbing/calling/texting/interrupting you
tenants/tenant/agents/realtors/neighbours keep calling/texting me/us
put/add/keep me/us on your/the/this buyers/buyer/vip/email/mailing list
will/ll/gonna/am/m report/reporting back
get out of here/town/the/work/bed/this
last stop and/on/of/is/then
rain/snow/it/leak wo not stop
want to stop being/renting/living/owning/managing
if/when/unless ... do not hear from
do not disturb while/mode/on/turned/setting
on/in/with do not disturb
do not send a/an/him/her/someone/cash/money
do not send anyone without/until/before
{_TAKE_OUT} my/our ... name/names ... title/deed/mortgage/lease
{_TAKE_OUT} ... phone/cell line/lines/jack/jacks/tower
take/took/get/pull/taking this/my/our/it ... off my/our hands
take/took/get/pull/taking this/my/our/it ... off the market/mls
from the list of
let me/us be clear/honest/frank/blunt/straight/upfront
had/have/has/got/get/received/seen no calls/texts/messages/msgs/emails/contact
no contact info*/details/form/name
no interest rate/rates/loan/loans/charge*/mortgage/payment/payments/fee/fees
not interested in listing/renting/realtor*/agents/staging/repairs/financing
to/in/into/through/from/check/checked my/your/the/our spam
in/into/to/from/through spam
spam folder/filter/box
not/might/may/would/always/easily get lost
i/we/they/he/she go away for/in/to/until/every
can/could/would/will/you beat it
end this week/month/year/weekend
end all be
cancel this/all/these/the appointment/appointments/meeting/meetings/visit/showing/viewing/inspection/friday/monday
that s/is enough time/money/room/space/info*/for
not the right/correct time/size/moment/price/date/place/season/house
give it/me/us a break on
tired/sick of ... being a/the/here
call*/contact* ... police report
shut up for
did/does/why/if/or not {_CALL}
{_OTHERS} keep/keeps/kept {_CONTACTING} me/us
{_OTHERS} is/are/s/re/was/were/keep/keeps ... harass*/pestering/bothering/hounding/calling/texting me/us
do not {_CALL} my/the/our/at/on/him/her/them ... {_CALL}/talk/use/try/ring me/us/my/to/this
do not {_CALL} before/until/till/during
do not {_CALL} me/us before/until/till/during
do not {_CALL} after 1/2/3/4/5/6/7/8/9/10/11/noon/dinner/supper/dark
do not {_CALL} me/us after 1/2/3/4/5/6/7/8/9/10/11/noon/dinner/supper/dark
do not {_CALL} while/when i/he/she/we
do not {_CALL} me/us while/when i/he/she/we
stop in any/anytime/whenever/later/sometime/for/if/when/at/on/and
stop at 1/2/3/4/5/6/7/8/9/10/11/12/noon/around/about
non/no stop trains/train/traffic/noise/flights/bus/buses
wo/ca/does/will/would not stop leaking/running/raining/growing/dripping/flooding/barking/snowing/beeping/coming
stop the/my/our/this/a/that listing/lease/auction/process/work/construction/renovation/renovations/eviction/tenant/tenants
want/need/like/have/trying/make to end my/the/our/this/their lease/mortgage/tenancy/contract/listing/marriage/rental
end my/the/our/this/their lease/mortgage/tenancy/contract/listing/marriage/rental
unsubscribe rate/rates/link/button
is this/it/that ... spam
to get/getting out of
get/pull me/us out of this/a/my/the mess/mortgage/debt/situation/house/place/hole/jam
cancel that/it make/let/and/can/could
not interested in a/an/any/another/your ... agent/agents/realtor/realtors/listing/mortgage/loan
not interested in selling below/under/unless/until/before/less/without
call/contact/text/talk somebody/someone else in/at/on/my
one ... call/text/message ... lawyer/police ... first
do not send the/any/your appraiser/inspector/contract/papers/paperwork/agent/cheque/check/money/documents/contractor
do not knock ... just/text/call/ring/use
no need to {_CALL} a/an/just/text/email/i
no calls/texts/messages/emails came/yet/today/so/yesterday
no one lives there now/since/yet/right
stop thinking/laughing/dreaming/growing/smiling/running/leaking
is/a/the/are/was/been/s non stop
told/asked/ordered me/us/him/her to stop
stop work
way stop
last/next/first/second stop before/after/at/near/for/is
great/nice/happy if you/u ... stopped by
if you/u stopped by
if you/u stopped in
if it/you/they do
the/your last message/text/email you sent
troubl*/targeting/target price/date
i/we/he/she never again
{_OTHERS} ... filed/filing/file/lodged a/the complaint
{_OTHERS} is/are/s/re/was/were/keep/keeps ... harass*/pestering/bothering/hounding/calling/texting my/him/her/them
{_OTHERS} ... is/are/was/were ... annoying
never agreed to the/that/a/this/any price/number/amount/deal/date/offer
do not use this/that/my/the ... email/number/address/line use/instead/try
do not use this/that/my/the ... email/number/address/line ... use/instead/try
stop over any/this/next/later/anytime
when/if/whenever you/u stop ring/call/text/knock/bring/by/at/in
stop and see/talk/look/visit/say/chat/grab/have
we/they stop showing/renting/paying/working/at
leak/leaks/pump/water/rain/noise/tenant/tenants/bank/dog/dogs/furnace ... not stop
contract*
testing
tested
tests
massage
falling
failing
lending
spending
ending
members
do not {_CALL} too early/late/soon
do not {_CALL} me/us too early/late/soon
do not {_CALL} after 5pm/6pm/7pm/8pm/9pm/10pm
do not come ... before/without/until/till/yet/after/empty
do not come by/over before/without/until/yet
remove it before/from/after/for/when/if/all
delete it from/by
error ... delete/destroy it
need/needs/have to quit my/our/the/smoking/drinking
removal of the/a/an/my/our/old ... tank/tree/trees/snow/debris/wall/pool/shed/asbestos/oil
back off the/of road/street/highway/water/house
text/message/email/call/it/that went/was/meant/sent to/for the wrong
i do not live there/here/in/at
get/gets lost here/there/in/on/sometimes/often
take off my/our shoes/boots/coat
cancer
chancel
remote
removed
remover
retired
retiree
resist
"""

# Among other words, French ----------------------------------------------------------------------------------------------

_JOINDRE = (
    "contact*/appel*/rappel*/mappel*/mecri*/menvo*/communiqu*/text*/ecri*/envo*/derang*/relanc*/sollicit*/telephon*/achal*/harcel*/importun*/embet*/ecoeurer/"
    "ecoeurez/rejoindre/joindre/spam*/messager/courrieller/cogner/cognez"
)
# To somebody, as Quebec says it: "appelez-moi pas", "textez-nous plus".
_JOIGNEZ = (
    "contacte/contactez/contacter/mappelle/mappelez/mecris/mecrivez/menvoie/menvoyez/appelle/appelez/appeler/rappelle/rappelez/texte/textez/texter/ecris/ecrivez/ecrire/"
    "derange/derangez/deranger/achale/achalez/achaler/telephone/telephonez/telephoner/sollicite/sollicitez/parle/parlez/"
    "ecoeure/ecoeurez/tanne/tannez/tanner/harcele/harcelez/envoie/envoyez/envoyer/niaise/niaisez/gosse/gossez/relance/relancez"
)
_ENVOIS = (
    "appel/appels/communication*/messag*/texto*/textos/sms/courriel*/email*/mails/contact/sollicit*/pub/publicite*/spam/"
    "pourriel*/nouvelles"
)
_OTER = (
    "retire/retires/retirez/retirer/enleve/enleves/enlevez/enlever/supprime/supprimez/supprimer/ote/otez/oter/efface/effacez/"
    "effacer/detruire/detruis/detruisez/raye/rayez/rayer/radie/radiez/radier/exclure/excluez/sors/sortez/sortir/biffez/biffer/"
    "barre/barrez/barrer/delete/deletez/deleter/flush/flushez/flusher/scrap/scrappez/scrapper"
)

_WISHES_FR = f"""
arrêtes
arète
stoppe
cesse
cessez
cesser
désabo*
désins*
abstenez vous
lnnte
lcap
ne/n/pas/plus ... plus/jamais {_JOINDRE}
ne/n ... plus/jamais me/m/nous/le/la/te/vous/être/recevoir/rien/entendre/avoir ... {_JOINDRE}/{_ENVOIS}
ne/n ... {_JOINDRE} plus/pas/jamais/pu/pus/aucun/rien
ne/n ... {_JOINDRE} moi/nous/me plus/pas/jamais/pu/pus/rien
ne pas ... {_JOINDRE}
{_JOIGNEZ} moi/nous/le/la/ici plus/pas/jamais/pu/pus
{_JOIGNEZ} pas/plus/pu/pus/jamais
me/m/nous {_JOIGNEZ} plus/pas/jamais/pu/pus
veux/veut/souhait*/désir*/voulons/voudrais/aimerais/veu/aime pas/plus/pu/pus ... {_JOINDRE}/{_ENVOIS}/recevoir/entendre/vous
veux/veut/voulons pas/plus/pu/pus que vous/tu/on ... {_JOINDRE}
veux/veut/voulons/veu plus/pu/pus rien/ça/cela
veux/voudrais/aimerais/souhait*/demand* ... être retir*/enlev*/désabon*/supprim*/exclu*/laiss*
rien savoir
envo* ... plus/pas/pu/pus rien
plus recevoir/entendre
plus/pu/pus de/d/aucun/aucune/vos/ces/tes ... {_ENVOIS}
aucun/aucune ... {_ENVOIS}
pas de/d ... {_ENVOIS}
plus jamais
jamais plus
préfère/préfèrerais/préférerais/aimerais ne/que ... plus/pas/jamais
laiss* ... tranquil*/paix
laisse/laissez tomber/faire
lâch* moi/nous
foutez/fous/fout/fou/fiche/fichez/crisse/crissez/criss/sacre/sacrez/calissez/donne/donnez moi/nous ... paix/patience
foutez/fous/fout/fiche/fichez/sacre/sacrez/crisse/crissez/calissez le/moi/nous/ton/votre camp
va/allez chier/promener
va/allez te/vous faire/en
va/allez t en
cassez/casse vous/toi
mange*/mangez ... marde/merde
décriss*
décâliss*
dégage
dégagez
dégages
ta gueule
ferme/fermez la/ta/votre
tabarnak*/tabarnac*/calisse/calice/ostie
ça suffit
c est assez
en ai assez/marre/plein
dit non
combien de fois
en veux/veut/voulons plus/pas/pu/pus
veux/veut/voulons/souhait* pas/plus/pu/pus de/d vos/tes/ces/votre
sans intérêt
pas besoin de ... {_JOINDRE}
inutile de ... {_JOINDRE}
de/svp pas/plus/pu/pus me/m/nous {_JOINDRE}
habit*/demeur*/rest* plus/pas ici/icitte
connais pas/plus
pas/aucun besoin de vos/tes
pas de ... ici
changé de numéro
faites/fait erreur
êtes/es tannant*/fatigant*/fatiguant*/achalant*/gossant*/dérangeant*
connard*
vautour*
plainte
appel* la police
numéro ... bloqué
y en a marre
ras le bol
tann* de/d/par vos/vous/tes/ces/recevoir/être/vot
mets/mettez/mettre fin/terme
oublie/oubliez moi/nous/ça
oublie/oubliez/perds/perdez/jetez/jette/bloque/bloquez/bloquer mon/mes/ce/le/notre numéro/coordonnées/nom
{_OTER} moi/nous
{_OTER} ... numéro/num/nom/noms/coordonnées/infos/info/information*/renseignement*/dossier/données/courriel/contact
{_OTER} ... téléphone/cellulaire
me/nous/m {_OTER}
de/d/hors votre/vos/la/cette/ta/tes/toutes/toute/ces ... liste/listes/base/bases/fichier/fichiers/système/registre
annul*/annulez/annule/annuler ... abonnement/inscription/messages/textos/alertes/consentement/appels/tout/ca/cela
retire*/révoqu*/retir*/annul* ... consentement/autorisation/permission
consens/consent/autorise pas
pas ... permission/consentement/autorisation de/pour
pas mon consentement
pas/jamais/point/aucunement consenti/autorisé/demandé
jamais ... donné ... numéro/permission/consentement/autorisation
pas/aucun/quel ... droit de ... {_JOINDRE}
pas/plus/point/aucunement/nullement/guère/jamais intéress*
pas/plus du/vraiment/trop/tellement/très/si/plus/très ... intéress*
intéresse/minteresse pas/plus/pantoute/aucunement
aucun intérêt
mauvais/faux/mauvaise/erreur numéro/personne/num/contact
erreur de numéro/personne
trompé*/trompez/tromper de/d numéro/personne
pas le bon numéro/contact
pas la bonne personne
pas/plus mon/son/leur/ce numéro
personne ... de/à/avec ce nom
harcèl*
pourriel*
polluriel*
importun*
porte*/porter/déposer/dépose/faire/fais ... plainte
poursuites/poursuivre judiciaires/vous
mise en demeure
vous/te/t bloqu*/signal*/dénonc*/poursui*
bloqu* vous/votre/ce/ton numéro/num
vie privée
pas/plus/rien à voir avec vous
liste ... exclu*
numéro/numéros ... exclus
êtes/es/etes ... bloqu*
fini/finis/finie/finies/terminé les/vos/ces/avec ... {_ENVOIS}
vous/tu/t me/m/nous dérang*/achal*/tann*/embet*/écoeur*/goss*/fatigu*/spam*/énerv*
me/nous/m faites/fais/fait chier
c est la dernière fois
dernier/dernière avertissement
fait ... fois que/qu vous/tu/je/on
accepte/acceptons/tolère/apprécie/apprécions/aime pas/plus/pu/pus ... vos/tes/ce/ces/cette/ça/votre
pas ... bienvenu*
vous/te/t/d interdi*/interdire/défend*
interdi* de/d ... {_JOINDRE}
veut/veux/voulons/voudrais/voudrait/souhaite/aimerais ... paix
lâch* mon/ma/mes/notre num/numéro/téléphone/tel/cell*/ligne/mère/père/famille/parents/courriel
faut/faudra/faudrait/devez/dois/peux/pouvez pas/plus/pu/pus ... me/m/nous {_JOINDRE}
non c/est/ça/veut/et ... non
rien demandé
perdez/perds/perdre/perte/gaspillez/gaspille votre/ton/mon/de/notre temps
gardez/garde vos/tes/ton/votre ... {_ENVOIS}/offre/offres/commentaires
vos/tes/mes affaires
insist*
voir ailleurs
ailleurs si
passez votre chemin
cherch* plus/pas/pu/pus à ... {_JOINDRE}
suffit les/vos/avec/de/tes/maintenant/là
numéro/ligne est/privé/confidentiel ... privé/confidentiel
numéro/ligne privé/confidentiel
bon débarras
cessiez
cessation
arrêtiez
vous/tu arrêtiez
pas d affaire à
pas affaire à
envo* moi/nous/me rien
veux/veut/voulons rien ... recevoir/entendre/savoir/vous
rien recevoir/entendre
tann* de/d me/m/nous faire {_JOINDRE}
va/vas/allez donc/ben/don chier/promener/péter
à me/m/nous énerv*/goss*/tann*/achal*/écoeur*/harcel*/dérang*/fatigu*
point final/barre
fin de la discussion/conversation/histoire
pour la dernière/deuxième/troisième/quatrième/énième/xième fois
contacte*/appelle*/appeler/contacter/parler/parle mon/un/à avocat/avocate
nouvelles de mon/notre/nos avocat*/police
si ... continu*/persist*/recommenc*
sans mon/notre accord/autorisation/permission/consentement
idiot*
imbécile*
niaiseux
enfoiré*
salaud*
rapace*
fraudeur*
arnaqueur*
crosseur*
crapule*
trou de/du cul
déguerp*
disparaiss*
reven*/revien* plus/pas/pu/jamais
cherch*/essay*/tent* plus/pas/pu ... {_JOINDRE}
cancell* ... tout/messages/textos/abonnement/numéro
respect* ma/notre/mes vie/choix/souhaits/volonté*
affaire à mon/notre/nos avocat*
comment osez/oses
ça/ca va faire là/les/vos/tes/maintenant/asteur
plein/ras le/mon/l cul/dos/casque/bol/pompon
ras le
plein/ras/marre/écoeur*/tann* ... de/d vos/tes/ces/vot
vous/te l ai/a/avons ... dit
lâch* prise
lâch* le morceau
demand* moi/nous/me plus/pas/pu/pus/rien
viens/venez plus/pu/pus
viens/venez pas m/me/nous/ici/sur
cherch* ... plus/pas/pu/pus à me/m/nous
ferm* mon/notre dossier
oppos* ... {_ENVOIS}
refus* de/d ... {_JOINDRE}/{_ENVOIS}
mon/notre/ce cell*/numéro/nom/téléphone ... {_OTER}
effacez/efface/effacer/supprimez/supprime/supprimer toute/tout
laiser/laisez/laise moi/nous/le/la ... tranquil*/trankil*/paix
laisse*/laissez moi/nous/la ... trankil*
lâch* moe/moé/nous/les
aretez/areter/aretter/arettez/arreter/aretes/aret ... {_JOINDRE}/svp/ça/ca
ficher/foutre/crisser/sacrer moi/nous/me ... paix/patience
effass* mon/moi/notre/tout
numéro/nom/num à {_OTER}
ce/mon/notre/le numéro/num/nom ... {_OTER}
au diable
câliss* moi/nous/le ... patience/paix/camp
"""

# Qui d'autre les appelle.
_AUTRES = (
    "banque/banques/créancier/créanciers/huissier/huissiers/prêteur/courtier/courtiers/agent/agents/locataire/locataires/"
    "voisin/voisins/voisine/ex/ville/assurance/assurances/recouvrement/frère/soeur"
)

_HARMLESS_FR = f"""
arrêt/arrêts d autobus/bus/urgence
arrêt/arrêts de bus/autobus/tram/train/métro/travail/maladie/paiement
prochain/premier/dernier arrêt
ai/as/a/avons/avez/ont/est/suis/sont/était/étais/étant/été arrêté/arrêtés/arrêtée/arrêtées
à/a l arrêt
l arrêt est/du/le
autobus/bus/train/métro/taxi arrête
n/ça/ca arrête/arrêtes/arrêtent pas de pleuvoir/neiger/monter/baisser/travailler/pleurer
arrêtez/arrêter/arrête vous/toi/nous chez/en/voir/ici/à
arrêter/arrêtez/arrête chez nous/moi/vous/lui/elle/le/la
arrêter/arrêtez/arrête en passant
arrêter/arrêtez/arrête voir
arrêter/arrêtez/arrête à la maison
arrêter/arrête/arrêtez de travailler/fumer/neiger/pleuvoir/payer/louer/boire
cesse/cesser/cessez de travailler/fumer/neiger/pleuvoir/payer/louer
{_JOIGNEZ} plus tard/tôt/souvent/vite
{_JOIGNEZ} moi/nous plus tard/tôt/souvent/vite
{_JOIGNEZ} moi/nous pas trop/plus tard/tôt
oublie/oubliez moi/nous pas
envo* moi/nous plus de/d info*/détail*/renseignement*/photo*/précision*
reçu/eu/ai/avons aucun/aucune ... {_ENVOIS}
reçu/eu/ai/avons pas de/d ... {_ENVOIS}
de/d la/cette ... liste de prix
donne/donnez moi/nous la paix d esprit
vous signal* que/un/une
{_OTER} mon nom du/de/des ... titre/titres/hypothèque/acte
{_AUTRES} me/m/nous {_JOINDRE}/harcèl*
{_AUTRES} n arrête/arrêtent pas de me/m/nous {_JOINDRE}
ne/n ... {_JOIGNEZ} pas mon/ma/mes/le/la/les/notre/au/à/chez ... {_JOIGNEZ}/prenez/passez/utilisez moi/nous/mon/ma/le/sur/par
{_JOIGNEZ} pas mon/ma/mes/le/la/les/notre/au/à/chez ... {_JOIGNEZ}/prenez/passez/utilisez moi/nous/mon/ma/le/sur/par
n/ne ... {_JOIGNEZ} pas mon/ma/mes/le/la/les/notre ... c est moi
ne/n ... {_JOIGNEZ} pas avant/durant/pendant/tôt
{_JOIGNEZ} pas avant/durant/pendant/tôt
ne/n ... {_JOIGNEZ} pas au travail/bureau
{_JOIGNEZ} pas au travail/bureau
m/me/nous {_JOIGNEZ} pas avant/durant/pendant/tôt
peux/peut/pourrai/pourrais/pouvons pas arrêter
pas arrêter aujourd/demain/ce/cette/avant/chez/en/vous
au/le/du/un/premier/prochain stop au/du/de/à/sur/est/puis/et/en
au/le/du/prochain stop
arrêt/arrêts stop
sans arrêt
métro/autobus/bus/train arrêt/station
a/ai/as/ont/est pas/plus/jamais arrêté
mettre/met/mettons fin au/à/aux/de mon/ma/ce/notre/bail/contrat/hypothèque/location/mandat
ça/ca suffit pas
suffit pas/amplement
c est assez grand/bon/bien/beau/propre/cher/loin/proche/neuf/vieux/petit/clair/simple/rare/récent/compliqué/urgent/pour/de/d
tann* de/d être proprio*/propriétaire*/locateur/en
en ai assez/marre/plein de/des/du ... locataire*/maison/loyer/loyers/taxes/travaux/rénos/rénovations/hiver/courtier*/neige
est ce ... spam
la paix d esprit
veut/veux/voulons/voudrais/voudrait/souhaite/aimerais la paix d esprit
vous/tu/ça me/m/nous dérang* pas
ça/ca suffit pour/amplement
arrêtez/arrête/arrêter quand/si vous/tu passez/passes/voulez/veux/pouvez/peux
arrêtez/arrête/arrêter à votre/notre/ton/son/leur/mon
arrêt/arrêts 2/3/4 coins/sens
la/le/l/les/mon/ma/mes ... arrête/arrêtent pas/jamais
m/me/s arrêter de penser/rire/rêver
arrêter de penser/rire/rêver
supprim*/effac* ... par erreur
laisse/laissez tomber le/la/l
si ça/ca continue de/à/comme/neiger/monter/baisser
{_AUTRES} harcèl*/achal*/dérang* ma/mon/mes/notre/nos/les/la/le
plein les bras/mains/poches
plainte à la régie/tal/ville
plainte contre le/la/mon/ma/un/les locataire*/voisin*/ville/propriétaire
arrêtez/arrête/arrêter prendre/faire/manger/boire/souper/jaser
arrêtez/arrête/arrêter donc prendre/faire/manger/boire/souper/jaser/voir/chez
on/il/elle/ils arrête/arrêtent à/vers/le/la/pour
a/ont/avait/avaient/est cessé
arrêt/arrêts de la/l ligne/école
l/cet autre arrêt
autre arrêt
coin de l arrêt
{_JOIGNEZ} pas trop tôt/tard/vite
m/me/nous {_JOIGNEZ} pas trop tôt/tard
{_JOIGNEZ} pas après 5h/6h/7h/8h/9h/17h/18h/19h/20h/21h/22h/5/6/7/8/9/18/19/20/21/22
m/me/nous {_JOIGNEZ} pas après 5h/6h/7h/8h/9h/17h/18h/19h/20h/21h/22h/5/6/7/8/9/18/19/20/21/22
connais pas la/le/les/l/encore
arrêtez/arrête/arrêter quand/si vous/tu êtes/es/avez/as/venez/viens/descendez
rénove
retirée
étirer
commenter
rareté
"""


def seeds() -> Iterator[Seed]:
    """Each of them."""
    for kind, language, source, phrases in _ALONE:
        for phrase in phrases.split(", "):
            yield Seed(kind, language, source, phrase)
    for kind, language, phrases in (
        (Kind.WISH, EN, _WISHES_EN),
        (Kind.WISH, FR, _WISHES_FR),
        (Kind.WISH, ANY, _WISHES_SIGNS),
        (Kind.HARMLESS, EN, _HARMLESS_EN),
        (Kind.HARMLESS, FR, _HARMLESS_FR),
    ):
        for phrase in phrases.strip().split("\n"):
            yield Seed(kind, language, PLAIN, phrase)
