import type { Emotion } from '#lib/contract/index.ts';

/**
 * Phrases that speak for one emotion with one strength. `label` null: said out of politeness or habit, so it is read and says nothing.
 * Phrases are lower case, without apostrophes and punctuation, separated by ` | `.
 */
export interface LexiconGroup {
  readonly label: Emotion | null;
  /** 0..1 */
  readonly strength: number;
  readonly phrases: string;
}

function says(label: Emotion | null, strength: number, ...phrases: readonly string[]): LexiconGroup {
  return { label, strength, phrases: phrases.join(' | ') };
}

/** What customers write to companies in English. Longer phrases win over the words in them. */
export const ENGLISH: readonly LexiconGroup[] = [
  says(
    null,
    0,
    'good morning | good afternoon | good evening | good day | good night | goodbye | kind regards | best regards | best wishes | happy to | happy birthday',
    'would be great | would be good | would be nice | would be appreciated | much appreciated if | would appreciate | id appreciate | would love to',
    'thank you for contacting | thank you for calling | no doubt | for good | no matter | no later than | problem child | bad luck | too bad we',
    'oh great | just great | i am good | im good | would recommend you | if there is a problem | in case of problems | any problem | any problems',
  ),

  // frustrated: anger, effort, being left alone
  says(
    'frustrated',
    0.95,
    'thanks for nothing | thank you for nothing | thanks a lot for nothing | worst service | worst company | worst customer service | worst experience',
    'fed up | sick and tired | sick of | had enough | last straw | never again | rip off | ripped off | scammers | shame on you | absolute joke | complete joke',
    'utter joke | unacceptable | disgraceful | disgusting | outrageous | furious | livid | infuriating | bullshit | taking my business elsewhere',
  ),
  says(
    'frustrated',
    0.8,
    'thanks for wasting | thanks for losing | thanks for ruining | thanks for ignoring | thanks for breaking | slow clap | what a joke | is this a joke',
    'are you kidding | you must be joking | waste of time | waste of money | wasting my time | wasted my time | ridiculous | pathetic | appalling | incompetent',
    'useless | a nightmare | absolute disgrace | a disgrace | scam | liars | idiots | wtf | ffs | hung up on me | hung up on | pillar to post | speak to a manager',
    'speak to your manager | speak to a supervisor | speak to your supervisor | make a complaint | file a complaint | formal complaint | legal action | my lawyer',
    'how many more times | how many times | how hard can it be | do your job | lost a customer | go elsewhere | going elsewhere | no one cares | nobody cares',
  ),
  says(
    'frustrated',
    0.75,
    'angry | annoyed | annoying | frustrated | frustrating | frustration | terrible | awful | horrible | hate | rude | lied to me | lied | worst | sucks | crap',
    'stupid | no one called back | nobody called back | no one called me back | nobody called me back | no one called me | nobody called me | never called back',
    'never called me back | didnt call back | didnt call me back | did not call back | did not call me back | no call back | no callback | no one ever called',
    'still waiting | still not working | still not fixed | still broken | still down | still nothing | been waiting for weeks | been waiting for months',
    'no one answers | nobody answers | no one answered | nobody answered | no one picks up | nobody picks up | no one helps | nobody helps | no one helped',
    'nobody helped | no one can help | nobody can help | no one knows | nobody knows | ignoring me | ignored me | being ignored | passed around | passed from',
    'sent in circles | going in circles | round in circles | same problem again | same issue again | broken again | down again | wrong again | not again',
    'overcharged | charged twice | double charged | charged me twice | charged again | keeps crashing | keeps failing | keeps happening | keeps dropping',
    'impossible to reach | want my money back | unprofessional | messed up | screwed up | bad service | poor service | terrible service',
  ),
  says(
    'frustrated',
    0.6,
    'been waiting | waiting for weeks | waiting for months | waiting for days | waiting for hours | on hold for | kept on hold | on hold again | took forever',
    'takes forever | taking forever | way too long | no response | no reply | no answer | never replied | never responded | never answered | did not reply',
    'didnt reply | third time | fourth time | fifth time | sixth time | tenth time | umpteenth time | yet again | already told you | already told | already explained',
    'already said | already sent | repeat myself | repeating myself | explain again | start all over | start over again | start from scratch | unhelpful | no help',
    'not helping | didnt help | did not help | doesnt help | does not help | couldnt help | could not help | cant help me',
    'yeah right | good luck getting | good luck with | so much for | nonsense | damn | irritating | upset | upsetting | still not | still doesnt | still havent',
    'still hasnt | still cant | still isnt | still wont | fix your',
  ),
  says(
    'frustrated',
    0.5,
    'dont work | wont work | stopped working | not work | never works',
    'wont load | doesnt load | not loading | crashes | crashed | crashing | cant log in | cannot log in | cant login | cannot login | unable to log in | unable to',
    'broken | complaint | complain | bad | poor | worse | joke | impossible | hassle | mess | long wait | too long | too slow | so slow | lousy | refuse | refuses',
    'refused | demand | cancel everything | fix this | second time | once again | no signal | no internet | no service | no connection | not possible to',
  ),
  says(
    'frustrated',
    0.35,
    'slow | delay | delayed | delays | problem | problems | issues | error | errors | fails | failed | failing | difficult | annoy | fault | faulty | glitch',
  ),

  // disappointed: less than hoped for or promised
  says(
    'disappointed',
    0.8,
    'disappointed | disappointing | disappointment | let down | let me down | lets me down | expected better | expected more | dissatisfied | unhappy',
    'not impressed | unimpressed | not what i ordered | not what i expected | not as described | not as advertised | not what was promised | broken promise',
    'broke your promise | broke their promise | not as promised | not keep your promise | didnt keep your promise',
  ),
  says(
    'disappointed',
    0.6,
    'not good | not great | not worth | not recommend | regret | you promised | was promised | were promised',
    'promised me | never arrived | never came | never turned up | never showed up | no show | didnt show up | did not show up | didnt turn up | did not turn up',
    'poor quality | bad quality | cheap quality | fell apart | falls apart | falling apart | underwhelming | such a shame | used to be good | used to be great',
    'used to be better | hoped for more | hoping for more | left a bad taste | wrong item | wrong product | wrong size | wrong order',
  ),
  says(
    'disappointed',
    0.5,
    'didnt arrive | did not arrive | hasnt arrived | has not arrived | havent arrived | not arrived | not delivered | wasnt delivered | was not delivered',
    'not received | never received | havent received | have not received | didnt receive | did not receive | damaged | mediocre | a shame | a pity | sad | sadly',
    'could be better | could have been better | nobody came | no one came | no one showed up | nobody showed up | nothing happened | nothing has happened',
  ),
  says('disappointed', 0.35, 'unfortunately | missing | used to be | sorry to say | sorry to hear'),

  // anxious: fear of what is to come, urgency
  says(
    'anxious',
    0.75,
    'worried | worrying | worries me | anxious | nervous | afraid | scared | frightened | panicking | panic | desperate | desperately | stressed | stressful',
    'running out of time | identity theft | been hacked | was hacked | hacked | losing sleep',
  ),
  says(
    'anxious',
    0.55,
    'concerned | fraud | fraudulent | stolen | unauthorised | unauthorized | someone used my | did not make this | didnt make this payment | emergency',
    'cant afford | cannot afford | without heating | what if | is it safe | is my data safe | urgent | urgently | hope it arrives | hope it comes | got lost',
    'is it lost | been lost | will it arrive | in time for | worry | fear',
  ),
  says(
    'anxious',
    0.4,
    'please help | help me please | where is my | wheres my | where are my | any update | any updates | any news | havent heard | have not heard | heard nothing',
    'not heard | need it today | need it by | need this by | need this today | asap | as soon as possible | immediately | deadline | did you get my | is it normal that',
    'concern | stress',
  ),

  // confused: not knowing how, what or why
  says(
    'confused',
    0.7,
    'confused | confusing | confuses me | confusion | dont understand | do not understand | didnt understand | did not understand | cant understand | puzzled',
    'baffled | bewildered | conflicting information | contradictory | told different things | different answers | told me different | makes no sense | make no sense',
    'doesnt make sense | does not make sense | doesnt make any sense | what am i supposed to | am i missing something',
  ),
  says(
    'confused',
    0.5,
    'dont get it | what does this mean | what does that mean | what does it mean | what is this charge | whats this charge | what do i do | what should i do | not clear',
    'unclear | not sure | unsure | no idea | no clue | dont know how | dont know why | dont know what | dont know where | dont know which | do not know how',
    'do not know what | do not know why | complicated | lost here | cant figure out | cannot figure out | cant work out | says one thing | why was i charged',
    'why am i being charged | why am i charged | how do i | how do you | how am i supposed to',
  ),
  says(
    'confused',
    0.4,
    'how can i | how to | how does this | how does it | how does that | how would i | where do i | where can i find | cant find | cannot find | unable to find',
    'which one | can you explain | could you explain | please explain | is that normal | is this normal | need help with',
  ),

  // neutral: plainly matter of fact
  says(
    'neutral',
    0.5,
    'just checking | just wondering | please confirm | can you confirm | could you confirm | confirm whether | for your information | fyi | please find attached',
    'find attached | see attached | please see attached | for the record | no further questions | general question | quick question | just a question | as requested',
    'as discussed | enquiry about | inquiry about | enquire about | inquire about | opening hours | what time do you | would like to know | id like to know',
    'would like to change | id like to change | would like to update | id like to update | would like to ask | id like to ask | update my address | change my address',
    'please update my | please change my | my new address is | my order number is | my account number is',
    'my customer number is',
  ),
  says(
    'neutral',
    0.4,
    'do you offer | can i get a copy | please send me | could you send me | can you send me | can you tell me | could you tell me | its ok | its okay | it is ok | its fine',
    'it is fine | thats fine | that is fine | noted | neither good nor bad | can you help me with | please help me with | please help me to | could you help me with | would like to order | id like to order',
  ),

  // satisfied: it works, it was kept, it was kind
  says(
    'satisfied',
    0.7,
    'thank you so much | thanks so much | thank you very much | grateful | really appreciate | greatly appreciate | very kind | so kind | kind of you | relieved',
    'what a relief | thank you for fixing | thanks for fixing | thank you for sorting | thanks for sorting | thank you for solving | thanks for solving',
    'thank you for the quick | thanks for the quick | thank you for your quick | thanks for your quick | thank you for the help | thanks for the help',
    'thank you for your help | thanks for your help | thank you for helping | thanks for helping | thanks for all your help | thank you for all your help',
    'exactly what i needed | works perfectly | works great | great job | happy customer',
  ),
  says(
    'satisfied',
    0.6,
    'happy | satisfied | pleased | glad | helpful | works now | working now | works again | working again | its working | all good | all sorted | all fixed | works well',
    'well done | good job | nice job | keep it up | keep up the good work | arrived safely | good service | fast delivery | quick delivery | quick response | fast response',
    'quick reply | fast reply | would recommend | will recommend | highly recommend | easy to use | made it easy | made it so easy | much better',
    'cant fault | cannot fault | could not be happier | couldnt be happier | problem solved | problem is solved | problem resolved | issue resolved | issue is resolved',
    'issue solved | problem fixed | finally fixed | finally works | finally working | finally arrived | great',
  ),
  says(
    'satisfied',
    0.5,
    'appreciate | appreciated | helped | friendly | polite | professional | courteous | recommend | reliable | convenient | straightforward | smooth | smoothly | solved',
    'resolved | sorted | fixed | you fixed | works fine | working fine | not bad | not too bad | not disappointed | no problems',
    'no issues | no trouble | never had a problem | never had a single problem | never had any problem | never had any problems | never had any issues | never had an issue',
    'without any problem | without any problems | without a problem | as promised | on time | in no time | better now | looks good | sounds good | apology accepted',
    'i like | like it | like the',
  ),
  says(
    'satisfied',
    0.4,
    'thank you | thanks | thankyou | thx | many thanks | cheers | good | nice | easy | quick | fast | quickly | no problem | no worries | arrived today',
  ),

  // delighted: more than hoped for
  says(
    'delighted',
    0.9,
    'over the moon | thrilled | delighted | made my day | above and beyond | exceeded my expectations | exceeded expectations | exceeded all my expectations',
    'you are the best | youre the best | you guys are the best | blown away | blew me away | best service | best customer service | best company | best experience',
    'life saver | lifesaver | outstanding | love it | loving it',
  ),
  says(
    'delighted',
    0.75,
    'love this | love your | love the | love you | i love | loved | amazing | awesome | fantastic | wonderful | excellent | brilliant | superb | perfect | incredible service',
    'so happy | extremely happy | you rock | you guys rock | five stars | 5 stars | best ever | top notch | first class service | great service | hats off | kudos',
    'never been happier | impressed | yay | hooray',
  ),
  says('delighted', 0.5, 'cant wait to | cannot wait to | looking forward to using | lovely'),

  // what customers post about journeys, deliveries, lines and bills, and the everyday words of each feeling
  says(
    'frustrated',
    0.9,
    'worst ever | worst airline | worst bank | worst flight | worst provider | worst support | never flying | never fly with | never using',
    'never order | never shop | never book | never again will | lost my business | lost a loyal customer | get it together | get your act together',
    'do better | could not care less | couldnt care less | dont care about | doesnt care about | do not care about | robbery | thieves | shameful',
    'disgrace | absurd | epic fail | horrendous | atrocious | dreadful | how dare you | treat customers',
    'treat your customers | treat people like | zero stars | one star | so much for customer service | not acceptable | pissed off',
    'bs',
  ),
  says(
    'frustrated',
    0.75,
    'fix it | hangs up | hung up | hanging up | disconnected me | keeps disconnecting | no explanation | no apology | no updates | no information',
    'no info | nobody responds | no one responds | nobody replies | no one replies | not responding | not answering | never answer | never answers',
    'never reply | never replies | unreal | insane | disaster | chaos | fail | trash | hell | thanks for ruining my | liar | lying | lies | shame',
    'nasty | dirty | filthy | stranded | kicked off | no record of | lost my bag | lost my bags | lost my luggage | lost our bags | lost our luggage',
    'lost bag | lost bags | lost luggage | missed my connection | missed our connection | missed connection | missed my flight | stuck on | stuck at',
    'stuck in | sitting on the | sitting on the runway | sitting on the tarmac | on the tarmac | hours late | hour delay | hours delay | hr delay',
    'hrs late | cancelled again | late again | no compensation | refuse to | refuses to | refusing to | wont refund',
    'wont let me | wont help | no one to | nobody to | no human | a human | real person | in a loop | cant get through | cannot get through',
    'unable to reach | cant reach | double charged me | extra charge | hidden fees | overbooked | oversold | bumped | are you serious | seriously',
    'how is that | how is this | what am i paying for | why do i pay | why does it take | why is it so hard | i am done | im done | done with you',
    'im cancelling | cancelling my',
  ),
  says(
    'frustrated',
    0.5,
    'on hold | hold for | hold time | holding | again',
    'still',
    'wont open | wont start | cant check in | keeps saying | keep saying | keep getting | keep telling | keeps telling | hate it when | so annoying',
    'long line | long lines | no seats | no food | no water | no power | no gate | no crew | out of order | wrong seat | wrong bag',
    'wrong address | wrong amount | late fee | change fee | baggage fee | bag fee | refund | my money back | complaints',
    'gave away my seat | rebooked me | lost',
  ),
  says(
    'disappointed',
    0.6,
    'expected better from | not worth it | let us down | lets us down | bummer | bummed | what a letdown | letdown | poor form | sad to see',
    'sad to hear | heartbroken | heartbreaking | misled | not as good | not the same | used to love | used to be my favorite | had high hopes',
    'was hoping | were hoping | had hoped | too bad | downhill | pity | gone downhill | underwhelmed | ruined | no longer | wish you | wish i had',
    'miss the | sorry | lonely | depressed | depressing | crying | embarrassing | embarrassed | ashamed',
  ),
  says(
    'anxious',
    0.6,
    'im scared | so scared | freaking out | panicked | terrified | terrifying | scary | frightening | creepy | help me | please hurry | hurry',
    'running late | going to miss | will i miss | gonna miss | about to miss | lose my | someone is using | didnt recognise | do not recognise',
    'dont recognise | did not authorise | is my money | whats happening | family emergency | hospital | please tell me | still have time | on edge',
    'uneasy | horrified | horrifying | fingers crossed',
  ),
  says(
    'confused',
    0.55,
    'im confused | so confused | im lost | huh | which is it | which one is it | what happened to | what is going on | whats going on',
    'what do you mean | what does that even | what am i missing | doesnt add up | not making sense | wait what | i wonder | wondering why | why would',
    'why did i | dont know if | do not know if | not sure if | not sure what | not sure why | not sure how | no clue why | no idea why | no idea what',
    'no idea how | is this real | is that you',
  ),
  says(
    'neutral',
    0.5,
    'dm sent | sent a dm | sent you a dm | sent dm | just sent | sent you a message | check your dms | please dm | dm me | follow back | follow me',
    'please follow | can i bring | can we bring | do you fly | do you have | do you ship | do you deliver | do you accept | is there a way',
    'is there any way | is it possible to | what time | what is the | whats the | which terminal | what terminal | are there any | will there be',
    'how long does | how long is | how much is | how much does | how many | can i change | can i add | can i use | can i get | can i buy',
    'need to change | would like to change my | id like to add | id like to book | would like to book | looking to book | trying to book',
    'trying to reach | flying to | flying from | flight from | confirmation number is | my confirmation | my reservation | on my way | any deals',
    'any discount | is it too late | do i need | does anyone know | question about | have a question | following up | no thats all | thats all',
    'that will be all | thats everything | nothing else | have a nice day | have a great day | have a good day',
  ),
  says(
    'satisfied',
    0.6,
    'thank you for | thanks for | thanks to | kudos to | shout out to | shoutout to | props to | big thanks | great work | nice work | nice one',
    'good work | well handled | took the time | took care of | taken care of | sorted it | sorted out | sorted my | got it sorted | got my bag back',
    'got my refund | found my | made it home | made it easier | on time again | landed early | early arrival | arrived early | smooth flight',
    'smooth landing | great flight | good flight | nice flight | great crew | nice crew | friendly crew | friendly staff | great staff | nice staff',
    'helpful staff | so helpful | very helpful | super helpful | super nice | very nice | so nice | very friendly | much easier | so much easier',
    'so easy | comfortable | comfy | clean | fair play | fair enough | glad to | good to know | good to hear | great to hear | thumbs up | agree',
    'agreed | good point | good luck | take care | congrats to | keep up | loyal customer for | respect | impressive',
  ),
  says(
    'delighted',
    0.75,
    'so excited | super excited | excited | cant wait | best flight | best airline | best crew | best staff | best flight ever | best company ever',
    'favorite airline | favourite airline | my favorite | my favourite | hands down the best | rock star | rockstar | superstar | legend | heroes',
    'hero | omg yes | yes yes | wow thank you | thank you thank you | thank you so so much | loved it | love you guys | love flying | in love with',
    'obsessed | beautiful | gorgeous | adorable | hilarious | haha | hahaha | congratulations | congrats | proud of | so proud | happiest | phenomenal',
    'stellar | exceptional | incredible | magnificent | marvelous | made our day | saved my | saved our | went above',
  ),
  says(null, 0, 'oh wonderful | oh fantastic | oh perfect | oh lovely | just wonderful | just perfect | just fantastic'),
  says(
    'frustrated',
    0.8,
    'fuck | fucking | shit | shitty | garbage | rubbish | pissed | thank you for wasting | thank you for losing | thank you for ruining',
    'thank you for ignoring | thank you for breaking | great job losing | nice job losing | good job losing | great work losing',
    'great job ruining | way to lose | way to ruin | hours on hold | minutes on hold | mins on hold | hour on hold | crashes all the time',
    'crashes every time | a disaster | was a disaster | total disaster | is dead | line is dead | is down again | where is my refund',
    'wheres my refund | where is my money | wheres my money | have to wait',
  ),
  says(
    'frustrated',
    0.4,
    'an hour | two hours | for hours | for days | for weeks | for months | all day | cancelled flight | cancelled my flight | canceled my flight',
    'cancelled our flight | delayed flight | flight delayed | flight cancelled | hours on | compensation',
  ),
  says(
    'disappointed',
    0.65,
    'wouldnt recommend | wont recommend | was not worth | isnt worth',
    'is not worth | dont like | do not like | didnt like',
  ),
  says('neutral', 0.5, 'that is correct | thats correct | yes that is correct | yes correct'),
  says('satisfied', 0.6, 'ty so much | thx for | thanks much'),
  says(
    'frustrated',
    0.7,
    'not working | doesnt work | does not work | didnt work | did not work | isnt working | great another | another delay | delayed again | still no',
  ),
  says(
    'disappointed',
    0.7,
    'not happy | not satisfied | not pleased | not good enough | cant recommend | cannot recommend | would not recommend | wasnt worth | not worth the',
  ),
  says('neutral', 0.7, 'no thanks | thanks in advance | thank you in advance'),
  says('satisfied', 0.7, 'cant complain | cannot complain | no complaints | thx so much'),

  says(
    'disappointed',
    0.75,
    'never happy | never satisfied | was never happy | no good at all | not good at all | not happy with | not satisfied with',
  ),
  says(
    'frustrated',
    0.75,
    'keep getting transferred | keeps getting transferred | kept getting transferred | from one department to the next | from one department to another',
  ),

  says(
    'satisfied',
    0.75,
    'thats how its done | thats how it should be | went smoothly | without a hitch | out of his way | out of her way | out of their way | no hard feelings | a lifesaver',
    'will come again | will be back | would use again | youre a star | you are a star | is a gem | on the ball | worked a treat',
  ),
  says('delighted', 0.75, 'seriously impressed | so impressed | blown away by'),
  says(
    'frustrated',
    0.75,
    'had no reply | have no reply | without a reply | doesnt answer my question | does not answer my question | doesnt answer the question | not answer my question | is not help | isnt help',
    'rather walk | tell me again how | how on earth | nobody at the desk | not what i asked | already gave you | already sent you | already answered that',
    'more time on this than | is a joke | who can make a decision | errors out | no way to reach',
  ),
  says(
    'disappointed',
    0.7,
    'used to recommend | shame about | exactly the same as before | exactly the same problem | was hoping for more | left alone with',
  ),

  // formulas: how a conversation is ended, and how one's own slip is put right
  says(
    'neutral',
    0.6,
    'bye | good bye | ok bye | bye bye | have a nice | have a wonderful day | have a good one | have a good evening | nice day | good day to you | you too | same to you',
    'no more help | no more questions | no queries | no question | no questions | nothing more | you can end the chat | end the chat | close the chat | end this chat',
    'take your time | no hurry | youre welcome | you are welcome | are you there | are u there | still there | one more thing | one more question',
  ),
  says(
    'neutral',
    0.6,
    'sorry my | sorry its | sorry it is | sorry it was | sorry i gave | sorry i typed | sorry i meant | sorry i forgot | sorry i use | sorry i need | sorry i was | sorry wrong',
    'sorry the number | sorry the above | sorry about the delay | sorry for the delay | sorry for the late | sorry for the confusion | sorry for my late | sorry to bother',
    'sorry sir | sorry yes | sorry no | oops sorry | oh sorry | sorry i dont have | sorry i dont remember | sorry i cant remember | gave you the wrong | gave the wrong | typed the wrong',
    'entered the wrong | my mistake | my fault | i made a mistake | regret to inform',
  ),
];

/** What customers write in German; umlauts are also found as ae, oe, ue. */
export const GERMAN: readonly LexiconGroup[] = [
  says(
    null,
    0,
    'guten morgen | guten tag | guten abend | gute nacht | mit freundlichen grüßen | freundliche grüße | beste grüße | wäre gut | wäre schön | wäre super | wäre toll',
  ),
  says(
    'frustrated',
    0.9,
    'danke für nichts | danke für gar nichts | nie wieder | es reicht | reicht mir | mir reicht es | unverschämt | unverschämtheit | frechheit | unter aller sau',
    'inakzeptabel | unzumutbar | abzocke | scheiße | verarsche | wütend | stinksauer | die nase voll | schlechtester service',
  ),
  says(
    'frustrated',
    0.7,
    'sauer | verärgert | ärgerlich | genervt | nervt | nervig | katastrophe | katastrophal | lächerlich | inkompetent | zeitverschwendung | saftladen | mist | schlimm',
    'immer noch nicht | noch immer nicht | immer noch kein | immer noch keine | immer noch keinen | noch immer kein | noch immer keine | warte immer noch',
    'warte noch immer | niemand ruft zurück | keiner ruft zurück | niemand meldet sich | keiner meldet sich | niemand geht ran | keiner geht ran | kein rückruf',
    'keinen rückruf | keine rückmeldung | schon wieder | zum dritten mal | zum vierten mal | zum x ten mal | warteschleife | schlechter service | beschwerde | beschweren',
  ),
  says(
    'frustrated',
    0.5,
    'warte seit | seit wochen | seit tagen | keine antwort | funktioniert nicht | funktioniert immer noch nicht | geht nicht | klappt nicht | kaputt | defekt | schlecht',
    'kündige | störung | abgestürzt | zum zweiten mal | viel zu lange | doppelt abgebucht | falsch abgebucht',
  ),
  says('frustrated', 0.35, 'problem | probleme | verzögerung | verspätung | fehler | langsam'),
  says(
    'disappointed',
    0.75,
    'enttäuscht | enttäuschend | enttäuschung | unzufrieden | im stich gelassen | versprechen nicht gehalten | mehr erwartet',
  ),
  says(
    'disappointed',
    0.5,
    'nicht angekommen | nie angekommen | nicht geliefert | nicht erhalten | niemand gekommen | keiner gekommen | schade | traurig | beschädigt | versprochen',
  ),
  says('disappointed', 0.35, 'leider'),
  says('anxious', 0.7, 'mache mir sorgen | sorgen | besorgt | verzweifelt | panik | gehackt | habe angst | angst'),
  says('anxious', 0.45, 'dringend | so schnell wie möglich | wo bleibt | wo ist mein | wo ist meine | betrug | eilt | bitte helfen sie'),
  says(
    'confused',
    0.6,
    'verstehe die rechnung nicht | verstehe die abrechnung nicht | verstehe den brief nicht | verstehe den vertrag nicht | verstehe nicht | verstehe ich nicht | verstehe das nicht | verwirrt | verwirrend | keine ahnung | widersprüchlich | ergibt keinen sinn | macht keinen sinn',
  ),
  says(
    'confused',
    0.45,
    'wie kann ich | wie funktioniert | wie geht das | was bedeutet | was soll ich | unklar | nicht klar | nicht sicher | weiß nicht | finde nicht | kompliziert | wo finde ich',
  ),
  says(
    'neutral',
    0.5,
    'bitte bestätigen | bitte um bestätigung | ich möchte wissen | hätte gern | hätte gerne | hätte eine frage | habe eine frage | im anhang | anbei | zur info',
    'zur information | zur kenntnis | wollte nur fragen | wollte nur nachfragen | öffnungszeiten | danke im voraus | vielen dank im voraus | adresse ändern',
    'meine kundennummer | neue adresse lautet',
  ),
  says(
    'satisfied',
    0.6,
    'herzlichen dank | dankbar | zufrieden | sehr nett | hilfsbereit | freundlich | alles bestens | alles super | schnelle lieferung | schnelle hilfe | schnelle antwort',
  ),
  says(
    'satisfied',
    0.5,
    'vielen dank | gut | hat geholfen | geht wieder | funktioniert wieder | funktioniert jetzt | gelöst | geklappt | erleichtert | froh | pünktlich | nicht schlecht',
    'kein problem | keine probleme | alles gut | empfehlen | gefällt | weiterempfehlen',
  ),
  says('satisfied', 0.4, 'danke | dankeschön | nett | schnell'),
  says(
    'delighted',
    0.75,
    'begeistert | großartig | fantastisch | hervorragend | ausgezeichnet | perfekt | liebe es | wunderbar | super service | top service | toller service | spitzenservice | genial',
  ),
  says('delighted', 0.6, 'toll | klasse | spitze | super | prima'),
];

/** Signs that mean the same in any language. */
export const SIGNS: readonly LexiconGroup[] = [
  says('frustrated', 0.8, '😡 | 🤬 | 😠 | 👿'),
  says('frustrated', 0.6, '😤 | 🙄 | 🤦 | 👎 | 😒 | 🙃 | 😩 | 😫'),
  says('disappointed', 0.6, '😞 | 😔 | 🙁 | ☹ | 😢 | 😭 | 💔 | :('),
  says('anxious', 0.6, '😟 | 😰 | 😨 | 😱'),
  says('confused', 0.5, '😕 | 🤔 | 😵'),
  says('satisfied', 0.5, '🙂 | 😊 | 👍 | 👌 | 👏 | 🙌 | 🙏 | 😀 | 😃 | 😄 | :) | ;) | :d'),
  says('delighted', 0.7, '😍 | ❤ | 🥰 | 🤩 | 🎉 | 💯 | 😁 | 🥳 | <3'),
];
