// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Where a pod goes, or why it goes nowhere; exactly one of the two.</summary>
internal readonly record struct Decision(NodeState? Node, Diagnosis? Failure);
