// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Reconciling;

/// <summary>One thing that happened, before it is known whether it happened before.</summary>
internal sealed record EventDraft(ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At);
