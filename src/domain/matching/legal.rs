//! Legal forms by country, and taking them off a name.
//!
//! The table is written from company law, for this program. A form is recognised in its own countries, everywhere when the
//! record names no country, and everywhere always if it is one that companies carry abroad (`*`).

use super::{
    normalise::normalise,
    words::{FnvMap, FnvSet, fnv_set, weight},
};
use std::sync::LazyLock;

/// Countries (ISO 3166, `*` everywhere, a leading `^` for forms that also stand in front), the family that the form
/// belongs to (none for a plain "company", which may be any), and its spellings.
struct Row(&'static str, &'static str, &'static str);

#[rustfmt::skip]
const FORMS: &[Row] = &[
    // The forms of international trade, recognised whatever the country says.
    Row("*", "limited", "Ltd|Limited|Ltd Co|Ltd Company|Limited Company|Co Ltd|Company Limited|Coltd|Private Limited|Pvt Ltd|Pvt Limited|Private Ltd|P Ltd|Pte Ltd|Pte Limited|Pty Ltd|Pty Limited|Proprietary Limited|Pty|Pte|Pvt|(P) Ltd|Corporation Limited|Co Pty Ltd|Co Pvt Ltd|Co Pte Ltd|Unlimited|Sdn Bhd|Sendirian Berhad"),
    Row("*", "incorporated", "Inc|Incorporated|Corp|Corporation|Co Inc|Company Inc|Corp Inc|A Corporation|Inc Company"),
    Row("*", "", "Co|Company|and Co|and Company|& Cie|Cie|et Compagnie|and Cia|y Cia|e Cia"),
    Row("*", "llc", "LLC|L.L.C.|Limited Liability Company|Limited Liability Co|LLC Company|Ltd Liability Co|WLL|With Limited Liability|PLLC|Professional Limited Liability Company"),
    Row("*", "lp", "LP|L.P.|LLP|L.L.P.|Limited Partnership|Limited Liability Partnership|LLLP|General Partnership|Ltd Partnership|A Limited Partnership|A General Partnership|Partnership"),
    Row("*", "plc", "PLC|P.L.C.|Public Limited Company|Public Ltd Co|Public Limited|PLC Ltd"),
    Row("*", "gmbh", "GmbH|G.m.b.H.|mbH|Gesellschaft mit beschränkter Haftung|Ges.m.b.H.|GesmbH|gGmbH|GmbH & Co KG|GmbH & Co|GmbH u Co KG|GmbH und Co|GmbH & Co KGaA|GmbH & Co OHG|GmbH Co KG|mbH & Co KG|mbH & Co|GmbH & Cie KG|GmbH & Cie|GmbH KG|UG haftungsbeschränkt|Unternehmergesellschaft haftungsbeschränkt|gemeinnützige GmbH|GmbH i.L.|GmbH in Liquidation"),
    Row("*", "ag", "Aktiengesellschaft|AG & Co KG|AG & Co KGaA|AG & Co|KGaA|Kommanditgesellschaft auf Aktien|SE & Co KGaA|SE & Co KG|Societas Europaea|SE and Co"),
    Row("*", "bv", "B.V.|BV|Besloten Vennootschap|Besloten Vennootschap met beperkte aansprakelijkheid|BVBA|B.V.B.A.|Besloten Vennootschap met Beperkte Aansprakelijkheid"),
    Row("^*", "nv", "N.V.|NV|Naamloze Vennootschap|Naamloze Venootschap"),
    Row("*", "srl", "S.r.l.|SRL|SARL|S.A.R.L.|S.à r.l.|Società a responsabilità limitata|Société à responsabilité limitée|Sociedad de Responsabilidad Limitada|S. de R.L.|S de RL de CV|Sociedad de Responsabilidad Limitada de Capital Variable"),
    Row("*", "sa", "S.A. de C.V.|SA de CV|S.A.P.I. de C.V.|SAPI de CV|S.A.B. de C.V.|SAB de CV|Société Anonyme|Sociedad Anónima|Sociedade Anônima|Sociedad Anónima de Capital Variable|Società per Azioni"),
    Row("*", "aps", "ApS|Anpartsselskab|Aktieselskab|Aktiebolag|Aktiebolaget|Aksjeselskap|Osakeyhtiö|Oyj|A/S"),
    Row("*", "kk", "K.K.|Kabushiki Kaisha|Kabushiki Gaisha|Kabushikikaisha|Kabushikigaisha|Yugen Kaisha|Godo Kaisha"),
    Row("*", "spzoo", "Sp. z o.o.|Sp z oo|Spzoo|Spółka z ograniczoną odpowiedzialnością|Spolka zoo|Sp. z o.o. Sp.k.|Sp. z o.o. spółka komandytowa|Spółka Akcyjna|Spółka komandytowa"),
    Row("*", "sro", "s.r.o.|spol. s r.o.|Společnost s ručením omezeným|Spoločnosť s ručením obmedzeným|d.o.o.|Društvo sa ograničenom odgovornošću|Društvo s ograničenom odgovornošću|Družba z omejeno odgovornostjo"),
    Row("^*", "ooo", "OOO|ООО|Obshchestvo s ogranichennoi otvetstvennostyu|Общество с ограниченной ответственностью"),
    Row("^*", "oao", "OAO|ОАО|ZAO|ЗАО|Открытое акционерное общество|Закрытое акционерное общество|Публичное акционерное общество|Акционерное общество|Otkrytoe Aktsionernoe Obshchestvo|Zakrytoe Aktsionernoe Obshchestvo|Joint Stock Company|Open Joint Stock Company|Closed Joint Stock Company|Public Joint Stock Company|OJSC|CJSC|PJSC|JSC"),
    // German-speaking.
    Row("DE AT CH LI LU", "ag", "AG|A.G.|SE|S.E.|AG i.G.|AG in Liquidation|KG a.A."),
    Row("DE AT", "kg", "KG|K.G.|Kommanditgesellschaft|OHG|oHG|Offene Handelsgesellschaft|GbR|Gesellschaft bürgerlichen Rechts|& Co KG|und Co KG|& Co OHG|PartG|PartGmbB|Partnerschaftsgesellschaft|Partnerschaft mbB|mbB|EWIV|UG|UG & Co KG|e.K.|eK|e.Kfm.|e.Kfr.|eingetragener Kaufmann|eingetragene Kauffrau|Einzelunternehmen|e.U.|OG|Offene Gesellschaft|KEG|OEG|GesbR|Stille Gesellschaft|Stiftung & Co KG"),
    Row("DE AT CH", "verein", "e.V.|eV|eingetragener Verein|eG|e.G.|eingetragene Genossenschaft|Genossenschaft|VVaG|Versicherungsverein auf Gegenseitigkeit|AöR|Anstalt des öffentlichen Rechts|KdöR|Körperschaft des öffentlichen Rechts|gAG|eGen|Reg Gen mbH|GenmbH"),
    Row("CH LI", "gmbh", "Sagl|S.a.g.l.|Società a garanzia limitata|Sàrl|Kollektivgesellschaft|Einzelfirma|Anstalt|Trust reg|Etablissement|SICAF"),
    // French, Belgian, Luxembourg.
    Row("^FR BE LU CH MC MA TN DZ SN CI", "sa", "SA|S.A.|SAS|S.A.S.|SASU|S.A.S.U.|Société par actions simplifiée|Société par actions simplifiée unipersonnelle|SCA|S.C.A.|Société en commandite par actions"),
    Row("FR BE LU MC MA TN", "srl", "EURL|E.U.R.L.|Entreprise unipersonnelle à responsabilité limitée|EIRL|SELARL|SELAS|SELAFA|SPRL|S.P.R.L.|SPRLU|Société privée à responsabilité limitée|SRL|SC SPRL|GmbH|SARLAU"),
    Row("FR BE LU MC", "snc", "SNC|S.N.C.|Société en nom collectif|SCS|S.C.S.|Société en commandite simple|GIE|G.I.E.|Groupement d'intérêt économique|SCI|Société civile immobilière|SCP|SCM|SCOP|SCIC|SCRL|S.C.R.L.|SEM|SEML|SPL|SICAV|SCPI|Société civile|Société coopérative|Société en participation|GAEC|EARL|SCEA|GFA|ASBL|A.S.B.L.|AISBL|Association sans but lucratif|GEIE|EPIC|EPA|SEP|Association loi 1901"),
    Row("BE NL", "bv", "CV|C.V.|CVBA|C.V.B.A.|CVOA|Coöperatieve Vennootschap|Commanditaire Vennootschap|Comm V|Comm VA|CommV|GCV|VOF|V.O.F.|Vennootschap onder firma|VZW|V.Z.W.|Vereniging zonder winstoogmerk|IVZW|ESV|EBVBA|SE|Maatschap|Eenmanszaak|UA|U.A.|BA|WA|Coöperatie UA|Coöperatief UA|NV SA|SA NV|Stichting Administratiekantoor|SCE|LV"),
    // Spanish and Portuguese.
    Row("ES", "srl", "SL|S.L.|SLU|S.L.U.|SLL|SLNE|S.L.N.E.|SLP|Sociedad Limitada|Sociedad Limitada Unipersonal|Sociedad Limitada Nueva Empresa|Sociedad Limitada Laboral|SRLU"),
    Row("ES AD", "sa", "SA|S.A.|SAU|S.A.U.|SAL|S.A.L.|SAD|S.A.D.|SAE|Sociedad Anónima Laboral|Sociedad Anónima Unipersonal|Sociedad Anónima Deportiva|SC|S.C.|SCP|CB|C.B.|Comunidad de Bienes|S Coop|SCoop|S Coop Ltda|SCCL|SCA|SAT|AIE|A.I.E.|UTE|SGR|SICAV|Sociedad Cooperativa|Sociedad Civil|Sociedad Colectiva|Sociedad Comanditaria|S Com|S en C|S Cra|SCL|Sdad Coop"),
    Row("MX", "sa", "SA|S.A.|SAPI|SAB|SC|S.C.|AC|A.C.|SAS|S.A.S.|SRL|S de RL|SC de RL|S en C|S en NC|S en C por A|SOFOM|SOFOM ENR|SOFOL|SPR de RL|SPR|IAP|SC de RL de CV|Asociación Civil|Sociedad Civil"),
    Row("AR UY PY BO PE CL CO VE EC CR PA GT SV HN NI DO CU PR", "sa", "SA|S.A.|SAC|S.A.C.|SAA|S.A.A.|SAS|S.A.S.|SAU|SRL|S.R.L.|Ltda|Limitada|EIRL|E.I.R.L.|SpA|S.p.A.|CA|C.A.|Compañía Anónima|SACI|SAIC|SACIF|SACIFIA|SAICF|SCA|SCS|SCC|SH|SE|SG|EU|E.U.|S en C|S en CS|Cía Ltda|CIA LTDA|Cía SA|CxA|C por A|SCRL|SAECA|SGR|SCPA|Empresa Unipersonal|Sociedad por Acciones Simplificada|Sociedad por Acciones|Sociedad Anónima Cerrada|Sociedad Anónima Abierta|SAIACIyF|BIC|SAS BIC|EP|ESP|SA ESP|SCE|Suc de descendientes|SA de CV|RL|Cooperativa RL"),
    Row("BR PT AO MZ CV", "ltda", "Ltda|Lda|L.da|Limitada|SA|S.A.|S/A|ME|M.E.|EPP|EIRELI|MEI|Ltda ME|Ltda EPP|Ltda - ME|EIRELI ME|EIRELI EPP|SS|S/S|S/C|S/C Ltda|SLU|Unipessoal Lda|Unipessoal|Sociedade Unipessoal|Sociedade Limitada|Sociedade Unipessoal por Quotas|Sociedade por Quotas|SGPS|SGPS SA|CRL|C.R.L.|SCRL|SQ|SF|ACE|A.C.E.|EPE|EM|EI|Sociedade Simples|Cia Ltda|Cooperativa|SUL|STC|SAD"),
    // Italian.
    Row("IT SM", "srl", "SRL|S.r.l.|SRLS|S.r.l.s.|SRLU|S.r.l.u.|S.r.l. unipersonale|Srl semplificata|SRL in liquidazione|S.r.l. a socio unico|Srl con socio unico|Società a responsabilità limitata semplificata|SCARL|S.c.a r.l.|S.c.r.l.|SCRL|Soc coop a rl|Soc Coop arl|a r.l.|SB SRL|S.r.l. Società Benefit"),
    Row("IT SM", "spa", "SpA|S.p.A.|SAPA|S.a.p.a.|Società in accomandita per azioni|SpA a socio unico|SpA unipersonale|SpA in liquidazione|SPA SB|SCPA|S.c.p.A."),
    Row("IT SM", "snc", "SNC|S.n.c.|SAS|S.a.s.|SS|S.s.|di|e C|& C|e C SNC|e C SAS|& C snc|& C sas|e Figli snc|Società semplice|Società in nome collettivo|Società in accomandita semplice|Società Cooperativa|Soc Coop|Societa Consortile|ONLUS|APS|ETS|ASD|SSD|SSD a rl|Ditta individuale|Impresa individuale"),
    // Nordic.
    Row("^SE FI AX", "ab", "AB|A.B.|Aktiebolag|Aktiebolaget|AB publ|publ|HB|Handelsbolag|Handelsbolaget|KB|Kommanditbolag|Kommanditbolaget|EF|Ekonomisk förening|ek för|Enskild firma|Ideell förening|Abp|Stiftelse|BRF|Bostadsrättsförening"),
    Row("^FI", "oy", "Oy|O.Y.|Oy AB|OyAb|Oy Ab Ltd|Oy Ltd|Ab Oy|Oyj Abp|Osakeyhtiö|Julkinen osakeyhtiö|Ky|Kommandiittiyhtiö|Ay|Avoin yhtiö|Tmi|T:mi|Toiminimi|Osk|Osuuskunta|Ok|rf|ry|r.y.|r.f.|As Oy|Asunto Oy|Koy|Kiinteistö Oy|SCE"),
    Row("^DK FO GL", "as", "A/S|AS|Aktieselskabet|ApS|IVS|Iværksætterselskab|I/S|Interessentskab|K/S|Kommanditselskab|P/S|Partnerselskab|AmbA|A.m.b.a.|Andelsselskab med begrænset ansvar|FmbA|SmbA|G/S|Enkeltmandsvirksomhed|F.M.B.A.|Sp/f|P/f|Smba|Fonden"),
    Row("^NO SJ", "as", "AS|A/S|ASA|Aksjeselskap|Allmennaksjeselskap|ANS|Ansvarlig selskap|DA|Delt ansvar|ENK|Enkeltpersonforetak|KS|K/S|Kommandittselskap|NUF|BA|SA|Samvirkeforetak|IKS|KF|FKF|HF|RHF|SF|BBL|BL|Borettslag|Stiftelsen|Sparebank AS|Etat|Statsforetak"),
    Row("^IS", "ehf", "ehf|hf|ohf|sf|slf|ses|slhf|einkahlutafélag|hlutafélag|opinbert hlutafélag|samlagsfélag|sameignarfélag|svf|bs|Sjálfseignarstofnun"),
    // Baltic.
    Row("^EE", "ou", "OÜ|Osaühing|AS|Aktsiaselts|TÜ|Täisühing|UÜ|Usaldusühing|FIE|MTÜ|Mittetulundusühing|SA|Sihtasutus|Ühistu|HÜ"),
    Row("^LV", "sia", "SIA|Sabiedrība ar ierobežotu atbildību|AS|A/S|Akciju sabiedrība|IK|Individuālais komersants|KS|PS|Pilnsabiedrība|Komandītsabiedrība|ZS|Zemnieku saimniecība|VAS|VSIA|PSIA|IU|Biedrība"),
    Row("^LT", "uab", "UAB|Uždaroji akcinė bendrovė|AB|Akcinė bendrovė|IĮ|Individuali įmonė|MB|Mažoji bendrija|VšĮ|Viešoji įstaiga|TŪB|KŪB|ŽŪB|VĮ|Valstybės įmonė|KB|Kooperatinė bendrovė|ŪB"),
    // Central and south-eastern Europe.
    Row("^PL", "spzoo", "SA|S.A.|Sp.k.|SpK|Sp.j.|Spółka jawna|Sp.p.|Spółka partnerska|S.K.A.|SKA|Spółka komandytowo-akcyjna|S.C.|SC|Spółka cywilna|PSA|P.S.A.|Prosta spółka akcyjna|PPHU|P.P.H.U.|FHU|F.H.U.|PHU|P.H.U.|PPH|ZPH|ZPHU|PW|P.W.|FH|PHP|Przedsiębiorstwo Handlowo Usługowe|Przedsiębiorstwo Produkcyjno Handlowo Usługowe|Zakład Produkcyjno Handlowy|Firma Handlowa|Firma Handlowo Usługowa|Spółka|SPZOZ"),
    Row("CZ SK", "as", "a.s.|as|akc spol|akciová společnost|akciová spoločnosť|k.s.|ks|kom spol|komanditní společnost|komanditná spoločnosť|v.o.s.|vos|veř obch spol|veřejná obchodní společnost|verejná obchodná spoločnosť|s p|s.p.|státní podnik|štátny podnik|družstvo|z.s.|zs|z.ú.|o.p.s.|ops|o.z.|j.s.a.|n.o.|sro|v likvidaci|v likvidácii|spol sro|a spol|spolek|zapsaný spolek|OSVČ|p.o.|příspěvková organizace"),
    Row("HU", "kft", "Kft|K.F.T.|Korlátolt felelősségű társaság|Rt|Zrt|Nyrt|Részvénytársaság|Zártkörűen működő részvénytársaság|Nyilvánosan működő részvénytársaság|Bt|Betéti társaság|Kkt|Közkereseti társaság|Kht|Közhasznú társaság|EV|E.V.|egyéni vállalkozó|EC|E.C.|Egyéni cég|Nonprofit Kft|Közös vállalat|KV|Szövetkezet|Szöv|Nkft|Vállalat|GM"),
    Row("^RO MD", "srl", "SRL|S.R.L.|SC SRL|SA|S.A.|SNC|SCS|SCA|SRL-D|SRLD|PFA|P.F.A.|Persoană fizică autorizată|II|I.I.|IF|Întreprindere individuală|Întreprindere familială|Societate cu răspundere limitată|Societatea cu răspundere limitată|Societate pe acțiuni|Societatea pe acțiuni|RA|Regia Autonomă|SC|S.C.|ONG|ÎM|ÎI|GIE|Societate în nume colectiv|Societate în comandită simplă|SCM"),
    Row("^BG", "ood", "OOD|ООД|EOOD|ЕООД|AD|АД|EAD|ЕАД|ET|ЕТ|SD|СД|KD|КД|KDA|КДА|ADSITS|АДСИЦ|Дружество с ограничена отговорност|Еднолично дружество с ограничена отговорност|Акционерно дружество|Еднолично акционерно дружество|Едноличен търговец|DZZD|ДЗЗД|DP|ДП"),
    Row("HR SI RS BA ME MK XK", "doo", "d.o.o.|doo|d.d.|dd|j.d.o.o.|jdoo|Jednostavno društvo s ograničenom odgovornošću|a.d.|ad|akcionarsko društvo|Dioničko društvo|Delniška družba|d.n.o.|dno|k.d.|kd|o.d.|od|j.t.d.|jtd|k.d.a.|s.p.|sp|samostojni podjetnik|obrt|preduzetnik|pr|p.r.|SZTR|SZR|STR|DOOEL|d.o.o.e.l.|ДООЕЛ|ДОО|АД|TP|z.o.o.|zoo|d.n.n.|ortačko društvo|komanditno društvo|zadruga|JP|javno preduzeće|JKP|u.d.|Друштво со ограничена одговорност|Akcionersko društvo|Društvo sa ograničenom odgovornosti"),
    Row("AL XK", "shpk", "sh.a.|sha|sh.p.k.|shpk|Shoqëri aksionare|Shoqëri me përgjegjësi të kufizuar|sh.k.|NSH|Shoqëri kolektive|Shoqëri komandite"),
    Row("GR CY", "ae", "A.E.|AE|Α.Ε.|ΑΕ|E.P.E.|EPE|Ε.Π.Ε.|ΕΠΕ|M.E.P.E.|MEPE|Μονοπρόσωπη ΕΠΕ|I.K.E.|IKE|ΙΚΕ|Ι.Κ.Ε.|M.I.K.E.|O.E.|OE|Ο.Ε.|E.E.|EE|Ε.Ε.|A.B.E.E.|ABEE|ΑΒΕΕ|A.E.B.E.|AEBE|AEE|ABETE|SA|S.A.|Ανώνυμη Εταιρεία|Εταιρεία Περιορισμένης Ευθύνης|Anonimi Eteria|Anonymos Etairia|OVEE|AVEE|Ιδιωτική Κεφαλαιουχική Εταιρεία|Ομόρρυθμη Εταιρεία|Ετερόρρυθμη Εταιρεία|MONOPROSOPI IKE"),
    Row("TR", "as", "A.Ş.|AŞ|Anonim Şirketi|Anonim Şti|Ltd Şti|Ltd Sti|Limited Şirketi|LTD ŞTİ|Şti|Şirketi|San ve Tic AŞ|San Tic Ltd Şti|San ve Tic Ltd Şti|Sanayi ve Ticaret AŞ|Sanayi ve Ticaret Ltd Şti|Sanayi ve Ticaret Anonim Şirketi|Sanayi ve Ticaret Limited Şirketi|Tic Ltd Şti|Ticaret AŞ|Kollektif Şirketi|Koll Şti|Komandit Şirketi|Kom Şti|Koop|Kooperatifi|TAŞ|T.A.Ş.|Dış Tic Ltd Şti"),
    // Former Soviet Union.
    Row("^RU", "oao", "АО|AO|A.O.|ПАО|PAO|НАО|NAO|ИП|IP|Индивидуальный предприниматель|ФГУП|FGUP|ГУП|GUP|МУП|MUP|АНО|ANO|НКО|ТОО|НПО|NPO|ТД|Торговый дом|ГК|Группа компаний|ПК|Производственный кооператив|ФКП|КФХ|СПК|ОДО|ЧП|Непубличное акционерное общество|Публичное акционерное общество|Федеральное государственное унитарное предприятие|Государственное унитарное предприятие|Муниципальное унитарное предприятие|Открытое акционерное общество|AOOT|TOO|NAO|Частное учреждение|НП|СНТ|ТСЖ|ГБУ|МБУ|ФГБУ"),
    Row("^UA", "tov", "ТОВ|TOV|ТзОВ|TzOV|ПАТ|PAT|ПрАТ|PrAT|ВАТ|VAT|ЗАТ|ZAT|АТ|AT|ФОП|FOP|ПП|PP|ТДВ|TDV|ДП|DP|КП|KP|НВП|НВО|СП|SP|Товариство з обмеженою відповідальністю|Публічне акціонерне товариство|Приватне акціонерне товариство|Акціонерне товариство|Приватне підприємство|Державне підприємство|Комунальне підприємство|Фізична особа підприємець|Товариство з додатковою відповідальністю|ФГ|СФГ|ЧП|ООО|ПО|КС|ПТ"),
    Row("^BY", "ooo", "ОДО|ODO|ЧУП|ChUP|УП|UP|РУП|RUP|КУП|ИП|IP|ЧП|СООО|SOOO|ИООО|IOOO|ТАА|ААТ|ЗАТ|ПУП|ЧТУП|ЧПУП|Унитарное предприятие|Частное унитарное предприятие|Республиканское унитарное предприятие|Совместное общество с ограниченной ответственностью|КФХ|СЗАО"),
    Row("^KZ UZ KG TJ TM AZ AM GE MN", "too", "ТОО|TOO|АО|AO|ЖШС|JShS|ЖАҚ|АҚ|ИП|IP|ГКП|РГП|ТДО|Товарищество с ограниченной ответственностью|MChJ|МЧЖ|AJ|QK|XK|XXK|ХХК|ХК|YTT|ЯТТ|ОсОО|OsOO|ОсДО|MMC|QSC|ASC|ATSC|MMM|ՍՊԸ|ԲԲԸ|ՓԲԸ|SPS|შპს|სს|Məhdud Məsuliyyətli Cəmiyyəti|QMMC|OAJ|YoAJ|UK|ДП|КХ"),
    // English-speaking beyond the general forms.
    Row("GB IE GI IM JE GG", "limited", "CIC|C.I.C.|Community Interest Company|CIO|CLG|DAC|Designated Activity Company|UC|Unlimited Company|Teoranta|Teo|CPT|Cuideachta Phoiblí Theoranta|Cyf|Cyfyngedig|CCC|Cwmni Cyfyngedig Cyhoeddus|ULC|SCIO|RTM|PCC|ICC|Industrial and Provident Society|IPS|Company Limited by Guarantee|ICAV|UKSC|UKEIG"),
    Row("US PR VI GU", "incorporated", "PC|P.C.|Professional Corporation|PA|P.A.|Professional Association|NA|N.A.|National Association|FSB|F.S.B.|SSB|Co-op|RLLP|LC|L.C.|Ltd Co|PLC|Chartered|Chtd|APC|A Professional Corporation|APLC|A Delaware Corporation|A California Corporation|S Corp|B Corp|PBC|Public Benefit Corporation|NFP|Not for Profit|Nonprofit Corporation|NT and SA|Business Trust|REIT"),
    Row("CA", "incorporated", "Ltée|Ltee|Limitée|Inc Ltée|Enr|Enrg|Enregistrée|ULC|SENC|S.E.N.C.|SENCRL|S.E.N.C.R.L.|SEC|S.E.C.|Société en commandite|Société en nom collectif|Incorporée|Cie Ltée|Compagnie Limitée|GP|Coop|Association coopérative|Corporation sans capital"),
    Row("AU NZ PG FJ", "limited", "Pty|NL|No Liability|Tapui|T/A|Trading As|ATF|As Trustee For|Limited Partnership|Trustee Company|Ltd NL|Co-operative Ltd|Incorporated Association"),
    Row("ZA NA BW SZ LS ZW ZM", "limited", "(Pty) Ltd|Pty Ltd|CC|C.C.|Close Corporation|NPC|SOC Ltd|SOC|RF Ltd|(RF) Ltd|Edms Bpk|(Edms) Bpk|Bpk|Beperk|BK|B.K.|Private Business Corporation|PBC|NPO"),
    Row("IN PK BD LK NP BT", "limited", "Pvt|(P) Limited|(Pvt) Ltd|(Private) Limited|OPC|OPC Private Limited|(OPC) Pvt Ltd|PSU|HUF|Co-op Society|Nidhi Limited|SMC Pvt Ltd|(SMC-Private) Limited|Section 8 Company|Producer Company Limited"),
    Row("NG GH KE UG TZ RW ET SL GM MW", "limited", "Ultd|Gte|Ltd Gte|PLC|RC|CLG|Share Company|S.C.|SC|P.L.C.|SARL|Company Ltd by Guarantee|EA Ltd|K Ltd|Enterprises Ltd"),
    // Asia.
    Row("JP", "kk", "KK|K.K.|YK|Y.K.|GK|G.K.|Goshi Kaisha|Gomei Kaisha|Goshi Gaisha|Yugen Gaisha|Godo Gaisha|NPO Hojin|Ippan Shadan Hojin|Ippan Zaidan Hojin|Gakko Hojin|Iryo Hojin|Dokuritsu Gyosei Hojin|Tokutei Hieiri Katsudo Hojin|Kumiai|Kaisha|TMK|LPS|Ltd KK"),
    Row("KR KP", "kk", "Jusik Hoesa|Jusikhoesa|Chusik Hoesa|Chusikhoesa|Yuhan Hoesa|Yuhanhoesa|Hapja Hoesa|Hapmyeong Hoesa|YH|Yuhan Chaekim Hoesa|Jaedan Beobin|Sadan Beobin|Zhu Shi Hui She"),
    Row("CN HK MO TW", "limited", "Youxian Gongsi|Youxian Zeren Gongsi|Gufen Youxian Gongsi|Jituan Youxian Gongsi|Gongsi|Jituan|Youxiangongsi|Gufenyouxiangongsi|WFOE|Group Co Ltd|Holdings Ltd HK|HK Ltd|Youxian Hehuo|Putong Hehuo|Yuhsien Kungssu|Kufen Yuhsien Kungssu|Unltd|Ultd|Share Co Ltd"),
    Row("^ID", "pt", "PT|P.T.|Tbk|PT Tbk|Persero|PT Persero Tbk|CV|C.V.|UD|U.D.|Fa|Firma|Perseroan Terbatas|Persekutuan Komanditer|Perum|Perumda|Koperasi|Yayasan|PD|Usaha Dagang|BUT"),
    Row("MY BN SG", "bhd", "Bhd|Berhad|Sdn Bhd|Sdn|(M) Sdn Bhd|Sendirian Berhad|PLT|Perkongsian Liabiliti Terhad|Enterprise|(S) Pte Ltd|(Singapore) Pte Ltd|Pte|VCC|SM Pte Ltd|LLP|Trading"),
    Row("TH LA KH MM", "limited", "PCL|P.C.L.|Public Company Limited|Public Co Ltd|Ltd Part|Limited Partnership|Part Ltd|Ord Part|Borisat|Bor Kor|Hang Hun Suan Jamkad|Chamkat|Mahachon|Borisat Jamkad|Borisat Chamkat|SOLE CO LTD|Sole Co|Myanma Company|PEEC|GP"),
    Row("^VN", "limited", "Công ty TNHH|CTY TNHH|Công ty Cổ phần|CTY CP|CTCP|TNHH|TNHH MTV|Công ty TNHH Một thành viên|Công ty TNHH MTV|DNTN|Doanh nghiệp tư nhân|HTX|Hợp tác xã|Công ty|JSC|Công ty hợp danh|Tổng công ty"),
    Row("PH", "incorporated", "OPC|Ent|Coop|GOCC|Multi-Purpose Cooperative|MPC|Non Stock Corporation|Ltd Co|Philippines Inc|Phils Inc|Sole Proprietor"),
    // Middle East and North Africa.
    Row("AE SA QA KW BH OM JO LB EG IQ YE SY PS", "llc", "WLL|W.L.L.|FZE|FZ-LLC|FZ LLC|FZCO|FZC|FZ Co|DMCC|SAOC|S.A.O.C.|SAOG|S.A.O.G.|SAE|S.A.E.|KSC|K.S.C.|KSCC|KSCP|KPSC|BSC|B.S.C.|BSC Closed|SPC|S.P.C.|Single Person Company|QSC|QPSC|PSC|P.S.C.|SAL|S.A.L.|SARL|Sole Establishment|Est|Establishment|Sole Proprietorship|DWC LLC|PJSC|PrJSC|MSC|QFC LLC|Holding SAL|Offshore SAL|OFFSHORE|BRANCH|LLC SP|LLC OPC|JLT|IFZA|DIFC"),
    Row("IL", "bm", "B.M.|BM|B\"M|בע\"מ|בעמ|Ba'am|Shutfut Mugbelet|Amuta|ע\"ר|Chalatz"),
    Row("IR AF", "llc", "Sherkat Sahami Khass|Sherkat Sahami Am|Sherkate Sahami|Sahami Khass|Sahami Aam|Mas'uliyat Mahdud|PJS|PJSC|Co PJS|Private Joint Stock"),
    // Forms that would be words elsewhere, recognised only where the country is not known or is theirs.
    Row("LU FR IT ES NL BE DE AT PL CZ SK EE LT", "se", "SE|SCE|EEIG|EWIV|GEIE|EESV"),
    Row("MT", "limited", "plc|p.l.c.|Public Ltd|SV|LP|en commandite|en nom collectif|Kumpanija"),
    Row("CU PR AW CW SX BQ", "nv", "AVV|A.V.V.|VBA|V.B.A.|CV|Stichting Particulier Fonds|SPF|SE"),
    Row("^HT DO", "sa", "SA|CxA|C x A|SAS|Société Anonyme Mixte|SNC"),
];

/// Endings that are forms in one country and plain words in most others; without a country they are left in the name.
const WORDS_ELSEWHERE: &str = "\
    di od da me em ei ip up vat pat at pp dp pr sp ok ay rf so tp trading enterprise establishment branch offshore part \
    cooperativa obrt fa group unlimited spolka gm zadruga partnership chartered company ent est coop koop son vos ks firma \
    anstalt kumiai sole jt etat msc mat int ii if str epa earl epic sem ace act bk rc sc pc npo ano gup mup sos is ec uk ud \
    pd pw ef hf sf ad ba pa na ca ac cb ut aie sat bic ep esp rl sg sh eu ss sq xk kh gk td too nao bl sul stc ic wa ua lv \
    iu soc pbc rt bt";

static WORD_ELSEWHERE: LazyLock<FnvSet<&'static str>> = LazyLock::new(|| fnv_set(WORDS_ELSEWHERE));

/// The longest form in words.
const WORDS_MAX: usize = 8;

/// One row's claim to a spelling.
struct Claim {
    countries: &'static str,
    family: &'static str,
    in_front: bool,
}

/// Who claims a spelling (its words joined by spaces).
static CLAIMS: LazyLock<FnvMap<Box<str>, Vec<Claim>>> = LazyLock::new(|| {
    let mut claims: FnvMap<Box<str>, Vec<Claim>> = FnvMap::default();
    for (spelling, claim) in spellings() {
        claims.entry(spelling.into()).or_default().push(claim);
    }
    claims
});

/// For the word that a form ends (or, in front, begins) with, how many words the longest such form has: most names end in
/// no such word and are done with one look.
static LONGEST_BEHIND: LazyLock<FnvMap<Box<str>, usize>> = LazyLock::new(|| longest(|form| form.rsplit(' ').next(), |_| true));
static LONGEST_IN_FRONT: LazyLock<FnvMap<Box<str>, usize>> =
    LazyLock::new(|| longest(|form| form.split(' ').next(), |claim| claim.in_front));

fn spellings() -> impl Iterator<Item = (String, Claim)> {
    FORMS.iter().flat_map(|Row(countries, family, spellings)| {
        let (in_front, countries) = (countries.starts_with('^'), countries.trim_start_matches('^'));
        spellings.split('|').map(move |spelling| (normalise(spelling), Claim { countries, family, in_front }))
    })
}

fn longest(end: impl Fn(&str) -> Option<&str>, counts: impl Fn(&Claim) -> bool) -> FnvMap<Box<str>, usize> {
    let mut longest: FnvMap<Box<str>, usize> = FnvMap::default();
    for (spelling, _) in spellings().filter(|(_, claim)| counts(claim)) {
        if let Some(word) = end(&spelling) {
            let words = longest.entry(word.into()).or_default();
            *words = spelling.split(' ').count().clamp(*words, WORDS_MAX);
        }
    }
    longest
}

/// Takes the legal forms of `country` (empty: not known) off both ends of the normalised `name`, unless nothing that says
/// who it is would be left. Gives the rest and the family of the form that stood last.
pub fn strip<'a>(name: &'a str, country: &str) -> (&'a str, &'static str) {
    let (mut rest, mut family) = (name, "");
    loop {
        let (shorter, found) = if let Some(found) = behind(rest, country) {
            found
        } else if let Some(found) = in_front(rest, country) {
            found
        } else if let Some(shorter) = rest.strip_suffix(" and") {
            (shorter, "")
        } else {
            return (rest, family);
        };
        rest = shorter;
        if family.is_empty() {
            family = found;
        }
    }
}

/// The name without the longest form behind it.
fn behind<'a>(name: &'a str, country: &str) -> Option<(&'a str, &'static str)> {
    let longest = *LONGEST_BEHIND.get(name.rsplit(' ').next()?)?;
    let mut found = None;
    for (at, _) in name.rmatch_indices(' ').take(longest) {
        let (rest, form) = (&name[..at], &name[at + 1..]);
        if let Some(family) = claimed(form, country, |_| true)
            && says_something(rest)
        {
            found = Some((rest, family));
        }
    }
    found
}

/// The name without the longest form in front of it.
fn in_front<'a>(name: &'a str, country: &str) -> Option<(&'a str, &'static str)> {
    let longest = *LONGEST_IN_FRONT.get(name.split(' ').next()?)?;
    let mut found = None;
    for (at, _) in name.match_indices(' ').take(longest) {
        let (form, rest) = (&name[..at], &name[at + 1..]);
        if let Some(family) = claimed(form, country, |claim| claim.in_front)
            && says_something(rest)
        {
            found = Some((rest, family));
        }
    }
    found
}

fn claimed(form: &str, country: &str, counts: impl Fn(&Claim) -> bool) -> Option<&'static str> {
    CLAIMS.get(form)?.iter().find(|claim| counts(claim) && claim.applies(form, country)).map(|claim| claim.family)
}

fn says_something(words: &str) -> bool {
    words.split(' ').any(|word| weight(word) > 0)
}

impl Claim {
    fn applies(&self, form: &str, country: &str) -> bool {
        if self.countries == "*" {
            return true;
        }
        if country.is_empty() {
            return !WORD_ELSEWHERE.contains(form);
        }
        self.countries.split(' ').any(|code| code == country)
    }
}
