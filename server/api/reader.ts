import type {
  BarrierInput,
  AccountTimeline,
  AccountView,
  CellDetail,
  CustomerWhy,
  Factor,
  FactorImpact,
  FactorParams,
  FindAnswer,
  FunnelParams,
  FunnelView,
  HeatParams,
  HeatView,
  HotspotParams,
  HotspotView,
  JourneyParams,
  JourneySummary,
  JourneyView,
  ListPage,
  MomentParams,
  MomentsView,
  PromiseLedgerView,
  PromiseParams,
  SilenceParams,
  StandingParams,
  StandingView,
  StripParams,
  StripView,
  SilenceView,
  SystemStatus,
  TimelinePage,
  UnknownCaller,
  WallParams,
  WallView,
} from '#lib/contract/index.ts';
import type { Actor } from '#server/security/actor.ts';
import type { AssociationReader } from './associations.ts';
import type { StoryReader } from './story.ts';

/** What the API can ask the running product. Every method is a read. */
export interface Reader extends StoryReader, AssociationReader {
  journeys(): readonly JourneySummary[];
  journey(params: JourneyParams): JourneyView;
  funnel(params: FunnelParams): FunnelView;
  heat(params: HeatParams): HeatView;
  /** Squares in which much more hurts than usual. */
  hotspots(params: HotspotParams): Promise<HotspotView>;
  /** The same of now, as it was last looked at: there at once. */
  hotspotsNow(params: HotspotParams): HotspotView;
  /** Friction and feeling of the whole journey over time. */
  strip(params: StripParams): Promise<StripView>;
  cell(params: HeatParams & { readonly stage: string; readonly column: string }): Promise<CellDetail>;
  /** Which touchpoints matter, what is strong, who answers for what, and what is remembered. */
  moments(params: MomentParams): Promise<MomentsView>;
  wall(params: WallParams): WallView;
  standing(params: StandingParams): StandingView;
  silence(params: SilenceParams): SilenceView;
  /** Keeps a note on a silent place, under the name of whoever wrote it. */
  noteBarrier(note: BarrierInput, by: string): Promise<void>;
  promises(params: PromiseParams): PromiseLedgerView;
  factors(): readonly Factor[];
  impact(params: FactorParams): FactorImpact;
  list(params: { readonly list: string; readonly cursor?: string | undefined; readonly limit?: number | undefined }): Promise<ListPage>;
  /** Finds people by what the actor may look for. @param exact only whole identifiers */
  find(q: string, asks: { readonly actor: Actor; readonly exact?: boolean | undefined }): Promise<FindAnswer>;
  /** people in contact lately of whom nobody knows who they are, the latest first */
  callers(actor: Actor): Promise<readonly UnknownCaller[]>;
  /** @param params.customerId the opaque id, or the number by which a sender knows the customer */
  timeline(params: {
    readonly customerId: string;
    readonly before?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<TimelinePage>;
  account(account: string): Promise<AccountView>;
  accountTimeline(page: {
    readonly accountId: string;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<AccountTimeline>;
  /** Why a customer's visits are as hard as they are, with the events that make it. */
  why(params: { readonly customerId: string; readonly visit?: string | undefined; readonly at?: number | undefined }): Promise<CustomerWhy>;
  status(): Promise<SystemStatus>;
}
