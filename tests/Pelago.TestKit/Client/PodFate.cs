// SPDX-License-Identifier: Apache-2.0

namespace Pelago.TestKit.Client;

/// <summary>What a <see cref="FakeKubelet"/> lets become of a pod.</summary>
public enum PodFate
{
    Ready,

    /// <summary>Runs and never gets ready.</summary>
    Unready,

    /// <summary>Bound, and nothing more.</summary>
    Pending,
    Succeeded,

    /// <summary>Ends with exit code 42.</summary>
    Failed,
}
