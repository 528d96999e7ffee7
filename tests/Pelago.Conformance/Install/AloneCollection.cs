// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Conformance.Install;

/// <summary>Tests that run while no other does.</summary>
[CollectionDefinition(nameof(InstallTests), DisableParallelization = true)]
public sealed class AloneCollection;
