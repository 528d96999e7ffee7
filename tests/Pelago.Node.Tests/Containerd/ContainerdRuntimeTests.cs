// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Tests.Containerd;

/// <summary>The contract of every runtime, with real containers.</summary>
public sealed class ContainerdRuntimeTests : ContainerdFixture;
