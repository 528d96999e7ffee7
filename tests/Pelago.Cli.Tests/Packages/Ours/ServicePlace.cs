// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>Where a service is reached.</summary>
/// <param name="Ports">In the order of the service.</param>
internal sealed record ServicePlace(string Host, IReadOnlyList<ServicePort> Ports);
