// SPDX-License-Identifier: Apache-2.0

namespace Pelago.TestKit.Client;

/// <summary>One way for a <see cref="ScriptedCluster"/> to misbehave.</summary>
public enum ClusterFault
{
    None,

    /// <summary>The connection breaks in the middle.</summary>
    Disconnect,

    /// <summary>The server ends the watch in good order.</summary>
    End,

    /// <summary>410: the history is gone.</summary>
    Expired,

    /// <summary>A line that is no event.</summary>
    Garbled,
}
