// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;

namespace Pelago.Daemon;

/// <summary>Another daemon has the home.</summary>
internal sealed class HomeTakenException(PelagoHome home) : Exception(
    $"another pelagod{(home.ReadHolder() is { } pid ? $" (pid {pid})" : "")} has {home.Root}: '{Invocation.Of(home)} down' ends it, '--home DIR' starts one elsewhere");
