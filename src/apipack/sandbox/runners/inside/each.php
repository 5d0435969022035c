<?php
// Inside the jail: forks a process a call and tells the recorder where each begins; the counterpart of each.py.
// A call has the global scope of its process; what it prints is nobody's.
if (is_file('vendor/autoload.php')) {
    require 'vendor/autoload.php';
}
$plan = json_decode(file_get_contents('plan.json'), true);
$report = fopen('report', 'w');
foreach ($plan['calls'] as $number) {
    file_get_contents("http://100.64.0.1{$plan['marker']}$number");
    $child = pcntl_fork();
    if ($child === 0) {
        pcntl_alarm((int) $plan['seconds']);
        include "./call$number.php";
        exit(0);
    }
    pcntl_waitpid($child, $status);
    $ended = pcntl_wifexited($status) && pcntl_wexitstatus($status) === 0 ? 'ok' : 'failed';
    $ended = pcntl_wifsignaled($status) && pcntl_wtermsig($status) === SIGALRM ? 'timeout' : $ended;
    fwrite($report, json_encode([$number, $ended, '']) . "\n");
}
