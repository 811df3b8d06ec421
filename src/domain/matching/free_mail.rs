//! Mail and web domains that anybody may have: they say nothing about whom somebody works for.

use super::words::{FnvSet, fnv_set};
use std::sync::LazyLock;

/// Mail providers. Those with an ending in every country (`yahoo.de`) are in [`BRANDS`].
const PROVIDERS: &str = "\
    gmail.com googlemail.com icloud.com me.com mac.com aol.com aim.com mail.com email.com usa.com gmx.de gmx.net web.de \
    t-online.de freenet.de arcor.de online.de posteo.de posteo.net mailbox.org 1und1.de vodafone.de kabelmail.de unitybox.de \
    protonmail.com proton.me pm.me tutanota.com tutanota.de tuta.io fastmail.com fastmail.fm hushmail.com zoho.com \
    zohomail.com inbox.com mail.ru bk.ru list.ru inbox.ru ya.ru rambler.ru lenta.ru ukr.net i.ua meta.ua bigmir.net tut.by \
    abv.bg mail.bg seznam.cz centrum.cz email.cz atlas.cz volny.cz post.cz azet.sk centrum.sk zoznam.sk post.sk wp.pl o2.pl \
    onet.pl onet.eu op.pl interia.pl interia.eu poczta.fm vp.pl gazeta.pl tlen.pl freemail.hu citromail.hu indamail.hu \
    t-online.hu inbox.lv inbox.lt mail.ee hot.ee orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr \
    numericable.fr club-internet.fr aliceadsl.fr cegetel.net libero.it virgilio.it alice.it tiscali.it tin.it tim.it \
    inwind.it iol.it fastwebnet.it email.it poste.it pec.it legalmail.it aruba.it terra.es telefonica.net ono.com \
    movistar.es sapo.pt clix.pt netcabo.pt iol.pt mail.telepac.pt terra.com.br uol.com.br bol.com.br ig.com.br globo.com \
    globomail.com r7.com oi.com.br zipmail.com.br prodigy.net.mx arnet.com.ar fibertel.com.ar speedy.com.ar btinternet.com \
    btopenworld.com talktalk.net sky.com virginmedia.com ntlworld.com blueyonder.co.uk tesco.net tiscali.co.uk o2.co.uk \
    eircom.net telenet.be skynet.be proximus.be ziggo.nl kpnmail.nl kpnplanet.nl planet.nl home.nl hetnet.nl xs4all.nl \
    casema.nl chello.nl quicknet.nl bluewin.ch hispeed.ch sunrise.ch swissonline.ch chello.at aon.at a1.net inode.at \
    telia.com bredband.net spray.se comhem.se tele2.se online.no broadpark.no getmail.no mail.dk jubii.dk tdcadsl.dk \
    stofanet.dk webspeed.dk kolumbus.fi elisanet.fi luukku.com saunalahti.fi pp.inet.fi comcast.net verizon.net att.net \
    sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com netzero.net optonline.net roadrunner.com rr.com \
    twc.com frontier.com frontiernet.net windstream.net centurylink.net embarqmail.com mindspring.com netscape.net \
    excite.com lycos.com pacbell.net ameritech.net swbell.net prodigy.net peoplepc.com shaw.ca rogers.com sympatico.ca \
    telus.net videotron.ca bell.net cogeco.ca bigpond.com bigpond.net.au optusnet.com.au ozemail.com.au iinet.net.au \
    tpg.com.au internode.on.net dodo.com.au xtra.co.nz slingshot.co.nz qq.com vip.qq.com foxmail.com 163.com 126.com \
    yeah.net sina.com sina.cn sohu.com tom.com 139.com 189.cn wo.cn 21cn.com aliyun.com naver.com daum.net hanmail.net \
    nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com biglobe.ne.jp so-net.ne.jp ocn.ne.jp plala.or.jp hinet.net \
    pchome.com.tw seed.net.tw rediffmail.com rediff.com sify.com indiatimes.com vsnl.net vsnl.com dataone.in walla.com \
    walla.co.il netvision.net.il 012.net.il bezeqint.net zahav.net.il mynet.com superonline.com ttmail.com emirates.net.ae \
    eim.ae mweb.co.za telkomsa.net webmail.co.za vodamail.co.za absamail.co.za otenet.gr forthnet.gr in.gr freemail.gr \
    hol.gr siol.net t-2.net net.hr inet.hr hi.inet.hr ptt.rs eunet.rs mailinator.com guerrillamail.com 10minutemail.com \
    yopmail.com trashmail.com tempmail.com sharklasers.com maildrop.cc duck.com hey.com mozmail.com privaterelay.appleid.com \
    appleid.com example.com example.org example.net test.com none.com noemail.com";

/// Free mail under every country's ending (`yahoo.co.uk`, `hotmail.fr`), and sites on which anybody has a page, by the
/// first label.
const BRANDS: &str = "\
    yahoo ymail rocketmail hotmail outlook live msn gmx yandex gmail aol googlemail facebook linkedin twitter instagram xing \
    youtube wixsite wordpress blogspot weebly squarespace tumblr jimdo jimdosite godaddysites webnode tripod geocities \
    angelfire linktr etsy ebay amazon-seller alibaba-shop wikipedia yelp tiktok webflow myshopify business-site onepage \
    carrd github notion";

static PROVIDER: LazyLock<FnvSet<&'static str>> = LazyLock::new(|| fnv_set(PROVIDERS));
static BRAND: LazyLock<FnvSet<&'static str>> = LazyLock::new(|| fnv_set(BRANDS));

/// Whether anybody may have an address there. `extra` are the channel program's own.
pub fn is_free_mail(domain: &str, extra: &[String]) -> bool {
    let brand = domain.split('.').next().unwrap_or_default();
    PROVIDER.contains(domain) || BRAND.contains(brand) || extra.iter().any(|free| free.eq_ignore_ascii_case(domain))
}
