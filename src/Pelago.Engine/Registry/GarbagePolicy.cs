// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>What happens to dependents when a delete names no propagationPolicy.</summary>
internal enum GarbagePolicy
{
    Background,
    Orphan,
}
