// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>Events of one resource from the log, in order: all of them above where the page began, through <paramref name="Through"/>.</summary>
internal sealed record LogPage(IReadOnlyList<StoreEvent> Events, long Through);
