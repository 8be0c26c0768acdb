DROP TABLE pay_parameters;
