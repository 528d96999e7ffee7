// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>The daemon's memory is measured, so no other test may use it meanwhile.</summary>
[CollectionDefinition(nameof(LongLogTests), DisableParallelization = true)]
public sealed class LongLogCollection;
