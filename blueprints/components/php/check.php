<?php
require __DIR__ . '/found.php';
$found = found();
header('Content-Type: application/json; charset=UTF-8');
echo json_encode($found, JSON_UNESCAPED_UNICODE), "\n";
