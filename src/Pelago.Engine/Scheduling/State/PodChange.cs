// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>A pod came to a node (<paramref name="Delta"/> 1) or left it (-1).</summary>
internal readonly record struct PodChange(PodView Pod, NodeState Node, int Delta);
