// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>One container of a pod, whose logs and files are meant.</summary>
public readonly record struct TaskPlace(string Namespace, string Pod, string Container);
