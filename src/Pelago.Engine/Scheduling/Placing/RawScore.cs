// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>The scores of a node before they are brought to one scale over all nodes that passed; <c>Crowding</c> null: no such place.</summary>
internal readonly record struct RawScore(int Resources, int Preference, int SoftTaints, int Siblings, double? Crowding, int Affinity);
